import type { Reads } from '../../store/tx.ts';

export interface PresenceSample {
  at: number;
  online: number;
  late: number;
  offline: number;
  never: number;
}

/** A domain's samples since `from`, oldest first, preceded by the last one before: the state at its start. */
export async function presenceSamples(tx: Reads, domainId: number, from: number): Promise<PresenceSample[]> {
  return await tx.all<PresenceSample>(
    `SELECT at, online, late, offline, never FROM presence_samples
     WHERE domain_id = ?1 AND at >= coalesce((SELECT max(at) FROM presence_samples WHERE domain_id = ?1 AND at <= ?2), 0) ORDER BY at`,
    domainId,
    from,
  );
}

/** A domain's balance at each of these times (ascending), from its transfers: their n is in time order, so each is found by binary search. */
export async function balancesAt(tx: Reads, domainId: number, times: readonly number[]): Promise<number[]> {
  const head = (await tx.get<{ n: number }>('SELECT n FROM ledger_heads WHERE domain_id = ?', domainId))?.n ?? 0;
  const rowOf = async (n: number) =>
    tx.get<{ at: number; balance: number }>(
      'SELECT at, balance_after AS balance FROM transfers WHERE domain_id = ? AND n = ?',
      domainId,
      n,
    );
  const balances: number[] = [];
  let least = 0;
  for (const time of times) {
    // The last transfer up to this time is between `least` and `most`; 0: there is none.
    for (let most = head; least < most;) {
      const middle = Math.ceil((least + most) / 2);
      if (((await rowOf(middle))?.at ?? Infinity) <= time) least = middle;
      else most = middle - 1;
    }
    balances.push(least === 0 ? 0 : ((await rowOf(least))?.balance ?? 0));
  }
  return balances;
}
