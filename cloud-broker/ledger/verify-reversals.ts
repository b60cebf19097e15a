/** The part of `ledger verify` that checks reversals (L2, L9). */
import type { Difference } from './rules/chain.ts';
import type { Reads } from '../store/tx.ts';

interface ReversalRow {
  domain: string;
  n: number;
  kind: string;
  credits: number;
  reversedN: number | null;
  reversedKind: string | null;
  reversedCredits: number | null;
  sameDomain: 0 | 1;
  otherWay: 0 | 1;
  sameCause: 0 | 1;
  ownKey: 0 | 1;
  others: number;
}

const OTHER_WAY = 'coalesce(o.debit = t.credit AND o.credit = t.debit, false)';
const SAME_CAUSE =
  '(o.board_id IS NOT DISTINCT FROM t.board_id AND o.device_id IS NOT DISTINCT FROM t.device_id AND o.product_key_id IS NOT DISTINCT FROM t.product_key_id)';
const OWN_KEY = "(t.idempotency_key IS NOT DISTINCT FROM 'reversal:' || t.reverses)";
const OTHERS = '(SELECT count(*) FROM transfers x WHERE x.reverses = t.reverses) - 1';

/** All rows that claim to be reversals, with the transfer they name. */
const REVERSALS = `SELECT d.name AS domain, t.n, t.kind, t.credits, o.n AS reversedN, o.kind AS reversedKind, o.credits AS reversedCredits,
  coalesce(o.domain_id = t.domain_id, false) AS sameDomain, ${OTHER_WAY} AS otherWay, ${SAME_CAUSE} AS sameCause, ${OWN_KEY} AS ownKey,
  ${OTHERS} AS others
  FROM transfers t JOIN domains d ON d.id = t.domain_id LEFT JOIN transfers o ON o.id = t.reverses`;

/** Checked in this order; the first failure is reported. */
const WRONG = `(t.kind = 'reversal') <> (t.reverses IS NOT NULL) OR o.id IS NULL OR o.kind = 'reversal' OR o.domain_id <> t.domain_id OR o.n >= t.n
  OR NOT ${OTHER_WAY} OR NOT ${SAME_CAUSE} OR NOT ${OWN_KEY} OR t.credits > o.credits OR ${OTHERS} > 0`;

function whatIsWrong(row: ReversalRow): string {
  if (row.kind !== 'reversal') return `reverses a transfer, but is of the kind ${row.kind}`;
  if (row.reversedN === null) return 'reverses a transfer that is not there';
  if (row.reversedKind === 'reversal') return 'reverses a reversal';
  if (row.sameDomain === 0) return 'reverses a transfer of another domain';
  if (row.reversedN >= row.n) return `reverses row ${row.reversedN}, which came later`;
  if (row.otherWay === 0) return `does not go back between the accounts of row ${row.reversedN}`;
  if (row.sameCause === 0 || row.ownKey === 0) return `does not name what row ${row.reversedN} was booked for`;
  if (row.credits > (row.reversedCredits ?? 0))
    return `takes back ${row.credits} credits, but row ${row.reversedN} moved ${row.reversedCredits}`;
  return `reverses row ${row.reversedN}, which is reversed more than once`;
}

/**
 * L2, L9: each reversal names a transfer of its domain that is not itself a reversal, goes the other way, takes no more than it moved, and is the
 * only one.
 */
async function reversals(tx: Reads): Promise<Difference | null> {
  const row = await tx.get<ReversalRow>(
    `${REVERSALS} WHERE (t.kind = 'reversal' OR t.reverses IS NOT NULL) AND (${WRONG}) ORDER BY t.domain_id, t.n LIMIT 1`,
  );
  return row === null ? null : { domain: row.domain, n: row.n, what: whatIsWrong(row) };
}

interface BoardRow {
  serial: string;
  spent: number;
  granted: number;
  madeGood: number;
  kept: number;
}

/** Totals booked per board: everything, what was made good, and what grants brought and reversals did not take back. */
const BOOKED = `SELECT board_id, sum(CASE credit WHEN 'domain' THEN credits ELSE -credits END) AS granted,
    sum(CASE 'vendor:loss' WHEN debit THEN credits WHEN credit THEN -credits ELSE 0 END) AS made_good,
    sum(CASE 'vendor:grants' WHEN debit THEN credits WHEN credit THEN -credits ELSE 0 END) AS kept
  FROM transfers WHERE board_id IS NOT NULL GROUP BY board_id`;

/**
 * L9, for every board: credits + made good − left = grants − reversals + its part of a key, where what was made good counts as a grant; and no more
 * was made good than its grants brought to domains and reversals did not take back.
 */
async function boards(tx: Reads): Promise<Difference | null> {
  const row = await tx.get<BoardRow>(
    `SELECT serial, spent, granted, made_good AS madeGood, kept FROM (
       SELECT b.serial, b.credits + coalesce(t.made_good, 0) - b.left_credits - b.key_credits AS spent, coalesce(t.granted, 0) AS granted,
         coalesce(t.made_good, 0) AS made_good, coalesce(t.kept, 0) AS kept
       FROM boards b LEFT JOIN (${BOOKED}) t ON t.board_id = b.id) booked
     WHERE spent <> granted OR made_good NOT BETWEEN 0 AND kept LIMIT 1`,
  );
  if (row === null) return null;
  const { serial, spent, granted, madeGood, kept } = row;
  const what =
    spent === granted
      ? `${madeGood} credits were made good, but its grants left ${kept} in domains`
      : `${spent} credits are spent, but ${granted} were granted`;
  return { domain: '', n: null, what: `board ${serial}: ${what}` };
}

/** Null if every reversal matches its transfer, and every board brought what its row says. */
export async function takingBackDifference(tx: Reads): Promise<Difference | null> {
  return (await reversals(tx)) ?? (await boards(tx));
}
