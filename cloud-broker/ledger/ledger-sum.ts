import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Reads } from '../store/tx.ts';

const ROWS_AT_ONCE = 20_000;
const VENDOR_SHARE = "coalesce(sum(CASE debit WHEN 'domain' THEN credits ELSE -credits END), 0)";

/**
 * The sum of all balances, which is zero (L1): domains by their heads, the vendor by its transfers. Transfers never change (L2), so each is added
 * once, and a check costs only the new ones. Whether old ones are unchanged is for `ledger verify` to check.
 */
export class LedgerSum {
  private through = 0;
  private vendor = 0;

  /** Slow only the first time, and then in batches between which other work runs. */
  async check(tx: Reads): Promise<number> {
    for (;;) {
      const piece = await tx.get<{ rows: number; last: number | null; sum: number }>(
        `SELECT count(*) AS rows, max(id) AS last, ${VENDOR_SHARE} AS sum
         FROM (SELECT id, debit, credits FROM transfers WHERE id > ? ORDER BY id LIMIT ?) piece`,
        this.through,
        ROWS_AT_ONCE,
      );
      this.through = piece?.last ?? this.through;
      this.vendor += piece?.sum ?? 0;
      if ((piece?.rows ?? 0) < ROWS_AT_ONCE) break;
      await yieldToOthers();
    }
    // One statement, so one moment: the balances, and the postings since the last batch.
    const row = await tx.get<{ sum: number }>(
      `SELECT (SELECT coalesce(sum(balance), 0) FROM ledger_heads) + (SELECT ${VENDOR_SHARE} FROM transfers WHERE id > ?) AS sum`,
      this.through,
    );
    return this.vendor + (row?.sum ?? 0);
  }
}
