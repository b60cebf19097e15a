import type { Reads } from '../../store/tx.ts';

/** D8: domains whose closing has taken effect but is not done. */
export async function closingsDue(tx: Reads, now: number): Promise<number[]> {
  return await ids(tx, 'SELECT id FROM domains WHERE closing_at <= ? AND closed_at IS NULL ORDER BY id', now);
}

/** D8: domains closed at `before` or earlier whose personal data still exists. */
export async function erasuresDue(tx: Reads, before: number): Promise<number[]> {
  return await ids(
    tx,
    'SELECT id FROM domains WHERE closing_at <= ? AND closed_at IS NOT NULL AND erased_at IS NULL ORDER BY id',
    before,
  );
}

async function ids(tx: Reads, text: string, at: number): Promise<number[]> {
  return (await tx.all<{ id: number }>(text, at)).map(({ id }) => id);
}
