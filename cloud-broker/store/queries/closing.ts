import type { Sql } from '../sql.ts';

/** D8: domains whose closing has taken effect and is not done. */
export function closingsDue(sql: Sql, now: number): number[] {
  return ids(sql, 'SELECT id FROM domains WHERE closing_at <= ? AND closed_at IS NULL ORDER BY id', now);
}

/** D8: domains closed at `before` or earlier whose personal data is still there. */
export function erasuresDue(sql: Sql, before: number): number[] {
  return ids(
    sql,
    'SELECT id FROM domains WHERE closing_at <= ? AND closed_at IS NOT NULL AND erased_at IS NULL ORDER BY id',
    before,
  );
}

function ids(sql: Sql, text: string, at: number): number[] {
  return sql.all<{ id: number }>(text, at).map(({ id }) => id);
}
