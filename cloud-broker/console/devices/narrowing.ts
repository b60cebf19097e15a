import { parseAge } from '../../../protocol/age.ts';
import type { Narrowing } from '../app/address.ts';
import type { WordKey, Words } from '../words/words.ts';

const SECONDS = { h: 3600, d: 86_400 } as const;

const ageWords: Record<'silent' | 'enrolled', Record<'before' | 'within', WordKey>> = {
  silent: { before: 'filter.silentBefore', within: 'filter.silentWithin' },
  enrolled: { before: 'filter.enrolledBefore', within: 'filter.enrolledWithin' },
};

/** A filter of the list in plain words. */
export function narrowingWords({ t, formats }: Pick<Words, 't' | 'formats'>, name: Narrowing, text: string): string {
  if (name === 'unstable') return t('status.unstable');
  const age = name === 'silent' || name === 'enrolled' ? parseAge(text) : null;
  if (age === null || (name !== 'silent' && name !== 'enrolled')) return text;
  return t(ageWords[name][age.is], { age: formats.duration(age.count * SECONDS[age.unit]) });
}
