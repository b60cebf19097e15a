import type { Reads } from '../../store/tx.ts';

/** D1: an unconfirmed name is free again 7 days after its last e-mail. */
const NAME_HELD_MS = 7 * 86_400_000;

/**
 * D1: whether a sign-up may take this name at `now`. Activated domains keep theirs for ever, closed ones too; an attempt that never reached its
 * e-mail holds nothing.
 */
export async function isNameFree(tx: Reads, name: string, now: number): Promise<boolean> {
  const held = await tx.get<{ activatedAt: number | null; mailedAt: number | null }>(
    'SELECT activated_at AS activatedAt, confirmation_mailed_at AS mailedAt FROM domains WHERE name = ?',
    name,
  );
  if (held === null) return true;
  return held.activatedAt === null && (held.mailedAt === null || held.mailedAt + NAME_HELD_MS < now);
}
