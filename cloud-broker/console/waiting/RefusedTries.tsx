import { CloseButton, Code } from '@mantine/core';
import { isErrorCode, wordsOf } from '../../../protocol/errors.ts';
import { useHub, useLive } from '../live/Live.tsx';
import { Notice } from '../parts/Notice.tsx';
import { Ago } from '../parts/Time.tsx';
import { useWords } from '../words/words.ts';

/** The latest enrolment that was refused, as it happens: who, why, and what to do (E11). */
export function RefusedTries() {
  const { t, language } = useWords();
  const hub = useHub();
  const refused = useLive((state) => state.refused);
  const [latest] = refused;
  if (latest === undefined) return null;
  const words = wordsOf(latest.code !== null && isErrorCode(latest.code) ? latest.code : 'internal', language);
  return (
    <Notice colour="warn">
      <div className="rc-refused">
        <div>
          <strong>{t('refused.title', { serial: latest.serial, model: latest.model })}</strong> {words.message} {words.next}
          <div className="rc-dim">
            <Ago at={latest.at} /> · {latest.address} · {latest.code} · {t('error.reference')}{' '}
            <Code className="rc-code">{latest.correlationId}</Code>
            {refused.length > 1 ? ` · ${t('refused.more', { count: refused.length - 1 })}` : ''}
          </div>
        </div>
        <CloseButton aria-label={t('refused.dismiss')} onClick={hub.dismissRefused} />
      </div>
    </Notice>
  );
}
