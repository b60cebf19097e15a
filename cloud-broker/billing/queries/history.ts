/** Billing History with daily use folded (L8): each run of days between two other rows is one line, and every page still adds up. */
import * as z from 'zod';
import type { Reads } from '../../store/tx.ts';
import { historyAt, type HistoryView } from './billing.ts';
import { decodeCursor, pageOf, type PageRequest } from '../../store/paging.ts';
import { byIndex } from '../../store/dialect.ts';

/** A run of daily use: the newest row's view with the total credits, and the days covered. */
export interface FoldedView extends HistoryView {
  run: { days: number; from: string; to: string } | null;
}

const place = z.int().min(1);

interface Bound {
  n: number;
  balanceAfter: number;
}

/**
 * Newest first. A run costs two more lookups than a row, however long it is: it begins after the last other row, and its cost is the difference of
 * the two balances.
 */
export async function foldedHistory(
  tx: Reads,
  domainId: number,
  request: PageRequest,
): Promise<{ items: FoldedView[]; nextCursor: string | null }> {
  const head = (await tx.get<{ n: number }>('SELECT n FROM ledger_heads WHERE domain_id = ?', domainId))?.n ?? 0;
  let n = Math.min(head, (decodeCursor(request.cursor, place) ?? head + 1) - 1);
  const items: FoldedView[] = [];
  while (n > 0 && items.length <= request.limit) {
    const view = await historyAt(tx, domainId, n);
    if (view === null) break;
    if (view.kind === 'usage') {
      const before = await beforeRun(tx, domainId, n);
      const days = n - before.n;
      const to = view.date ?? '';
      items.push({
        ...view,
        credits: view.balanceAfter - before.balanceAfter,
        run: { days, from: days === 1 ? to : await dateAt(tx, domainId, before.n + 1), to },
      });
      n = before.n;
    } else {
      items.push({ ...view, run: null });
      n -= 1;
    }
  }
  return pageOf(items, request.limit, (last) => (last.run === null ? last.n : last.n - last.run.days + 1));
}

/** The last row before the run containing `n` that is not daily use; the empty chain's head if there is none. */
async function beforeRun(tx: Reads, domainId: number, n: number): Promise<Bound> {
  const row = await tx.get<Bound>(
    `SELECT n, balance_after AS balanceAfter FROM ${byIndex('transfers', 'transfers_beside_usage')}
     WHERE domain_id = ? AND n < ? AND kind <> 'usage' ORDER BY n DESC LIMIT 1`,
    domainId,
    n,
  );
  return row ?? { n: 0, balanceAfter: 0 };
}

async function dateAt(tx: Reads, domainId: number, n: number): Promise<string> {
  return (await tx.get<{ date: string }>('SELECT date FROM transfers WHERE domain_id = ? AND n = ?', domainId, n))?.date ?? '';
}
