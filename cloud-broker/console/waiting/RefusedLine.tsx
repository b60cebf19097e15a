import { Code } from '@mantine/core';
import { isErrorCode, wordsOf } from '../../../protocol/errors.ts';
import { useWords } from '../words/words.ts';

/** One refused attempt: who, why, what to do next, and the reference that the display shows (E11). */
export function RefusedLine({
  made,
  times = 1,
}: {
  made: Record<'serial' | 'model' | 'correlationId', string> & { code: string | null };
  times?: number;
}) {
  const { t, formats, language } = useWords();
  const { serial, model, code, correlationId } = made;
  const words = wordsOf(code !== null && isErrorCode(code) ? code : 'internal', language);
  return (
    <span>
      <strong>{t('refused.title', { serial, model })}</strong> {words.message} {words.next}{' '}
      <span className="rc-dim">
        {times > 1 ? `${t('steps.times', { n: formats.number(times) })} ` : ''}
        {code} · {t('error.reference')} <Code className="rc-code">{correlationId}</Code>
      </span>
    </span>
  );
}
