import { CloseButton } from '@mantine/core';
import { RefusedLine } from './RefusedLine.tsx';
import { useHub, useLive } from '../live/Live.tsx';
import { Notice } from '../parts/Notice.tsx';
import { Ago } from '../parts/Time.tsx';
import { useWords } from '../words/words.ts';

/** The latest refused enrolment, live: which display, why, and what to do (E11). */
export function RefusedTries() {
  const { t } = useWords();
  const hub = useHub();
  const refused = useLive((state) => state.refused);
  const [latest] = refused;
  if (latest === undefined) return null;
  return (
    <Notice colour="warn">
      <div className="rc-refused">
        <div>
          <RefusedLine made={latest} />
          <div className="rc-dim">
            <Ago at={latest.at} /> · {latest.address}
            {refused.length > 1 ? ` · ${t('refused.more', { count: refused.length - 1 })}` : ''}
          </div>
        </div>
        <CloseButton aria-label={t('refused.dismiss')} onClick={hub.dismissRefused} />
      </div>
    </Notice>
  );
}
