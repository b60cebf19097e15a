import type { Sql } from '../sql.ts';

export interface PresenceSample {
  at: number;
  online: number;
  late: number;
  offline: number;
  never: number;
}

/** What was noted of a domain since `from`, the oldest first, and before that the last: what was when it began. */
export function presenceSamples(sql: Sql, domainId: number, from: number): PresenceSample[] {
  return sql.all<PresenceSample>(
    `SELECT at, online, late, offline, never FROM presence_samples
     WHERE domain_id = ?1 AND at >= coalesce((SELECT max(at) FROM presence_samples WHERE domain_id = ?1 AND at <= ?2), 0) ORDER BY at`,
    domainId,
    from,
  );
}

/** A domain's credits at each of these times (ascending), by its transfers: their n follows the time, so each is found by halving. */
export function balancesAt(sql: Sql, domainId: number, times: readonly number[]): number[] {
  const head = sql.get<{ n: number }>('SELECT n FROM ledger_heads WHERE domain_id = ?', domainId)?.n ?? 0;
  const rowOf = (n: number) =>
    sql.get<{ at: number; balance: number }>(
      'SELECT at, balance_after AS balance FROM transfers WHERE domain_id = ? AND n = ?',
      domainId,
      n,
    );
  let least = 0;
  return times.map((time) => {
    // The last transfer up to this time lies from `least` to `most`; 0: there is none.
    for (let most = head; least < most;) {
      const middle = Math.ceil((least + most) / 2);
      if ((rowOf(middle)?.at ?? Infinity) <= time) least = middle;
      else most = middle - 1;
    }
    return least === 0 ? 0 : (rowOf(least)?.balance ?? 0);
  });
}
