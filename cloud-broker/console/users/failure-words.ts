import { Failure } from '../api/failure.ts';
import type { WordKey } from '../words/words.ts';

const reasons: Record<string, WordKey> = {
  'name-in-use': 'users.nameInUse',
  'too-many-users': 'users.tooMany',
  'already-joined': 'users.alreadyJoined',
};

/** Text for the conflict that prevents a change of users; null if the refusal itself says enough. */
export function conflictWord(error: unknown): WordKey | null {
  if (!(error instanceof Failure) || error.code !== 'conflict') return null;
  const reason = error.details?.['reason'];
  return typeof reason === 'string' ? (reasons[reason] ?? null) : null;
}
