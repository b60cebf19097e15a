import { commandStates } from '../../../protocol/api-commands.ts';
import { useWords } from '../words/words.ts';
import { useStates } from './bulk.ts';
import type { Commanded } from './bulk.ts';
import { countWords } from '../fleet/commands.ts';

/** "298 done · 9 waiting · 5 failed", updated live. */
export function Outcome({ made }: { made: Commanded }) {
  const { t, formats } = useWords();
  const states = useStates(made.batches);
  const parts = commandStates
    .filter((state) => (states[state] ?? 0) > 0)
    .map((state) => t(countWords[state], { count: states[state] ?? 0, n: formats.number(states[state] ?? 0) }));
  if (made.refused > 0) parts.push(t('commands.refusedMany', { count: made.refused, n: formats.number(made.refused) }));
  return (
    <span role="status" className="rc-outcome">
      {made.commands + made.refused === 0 ? t('commands.none') : parts.join(' · ')}
    </span>
  );
}
