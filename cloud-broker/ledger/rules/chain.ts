/** Verifies the books (L5): recomputes every chain from its first row and reports the first difference. Pure. */
import { EMPTY_HASH, transferHash, type Head, type Transfer } from './transfers.ts';

export interface Difference {
  domain: string;
  /** Number of the transfer in the domain's chain; null if the difference is not in one row. */
  n: number | null;
  what: string;
}

/** Walks one domain's chain row by row; the caller passes rows in the order of n. */
export class ChainWalk {
  readonly domain: string;
  head: Head = { n: 0, hash: EMPTY_HASH, balance: 0, at: 0 };

  constructor(domain: string) {
    this.domain = domain;
  }

  /** Null if the row follows; otherwise the first difference. */
  follow(row: Transfer): Difference | null {
    const { head } = this;
    const differs = (what: string): Difference => ({ domain: this.domain, n: row.n, what });
    if (row.n !== head.n + 1) return differs(`row ${head.n + 1} is missing`);
    if (row.previousHash !== head.hash) return differs('does not name the hash of the row before');
    if (row.at < head.at) return differs('was posted before the row before it');
    const { hash, ...content } = row;
    if (transferHash(content) !== hash) return differs('content and hash do not fit');
    const balance = head.balance + (row.direction === 'in' ? row.credits : -row.credits);
    if (balance !== row.balanceAfter) return differs(`balance after is ${row.balanceAfter}, but should be ${balance}`);
    if (balance < 0) return differs('balance is below zero');
    this.head = { n: row.n, hash, balance, at: row.at };
    return null;
  }

  /** After the last row: the head must match the walked chain. */
  end(stored: Head | null): Difference | null {
    if (stored === null) return { domain: this.domain, n: null, what: 'has no head' };
    const fields = ['n', 'hash', 'balance'] as const;
    const field = fields.find((name) => stored[name] !== this.head[name]);
    return field === undefined
      ? null
      : { domain: this.domain, n: this.head.n, what: `head says ${field} ${stored[field]}, the chain says ${this.head[field]}` };
  }
}

/** A signed head, kept outside the database to reveal a truncated or recomputed chain. */
export interface Checkpoint {
  at: string;
  domain: string;
  n: number;
  hash: string;
  balance: number;
}

/** The signed bytes of a checkpoint: its fields in this order, one per line. */
export function checkpointBytes({ at, domain, n, hash, balance }: Checkpoint): Buffer {
  return Buffer.from(['rollcall-ledger-head-1', at, domain, n, hash, balance].join('\n'), 'utf8');
}

export interface Verdict {
  ok: boolean;
  domains: number;
  transfers: number;
  /** Sum of all balances, including vendor accounts: zero (L1). */
  sum: number;
  firstDifference?: Difference;
  /** The first damaged lines of the file of signed heads. */
  damagedHeads?: DamagedHead[];
}

/** A line of the file of signed heads, counted from 1, that cannot be read or is not properly signed. */
export interface DamagedHead {
  line: number;
  what: string;
}

const MAX_NAMED_LINES = 20;

/** The verdict on the books and the file of signed heads together: a damaged line there is also a difference, in addition to those of the books. */
export function withDamagedHeads(books: Verdict, damaged: readonly DamagedHead[]): Verdict {
  const [first] = damaged;
  if (first === undefined) return books;
  const difference = { domain: '', n: null, what: `line ${first.line} of ledger-heads.jsonl ${first.what}` };
  return {
    ...books,
    ok: false,
    firstDifference: books.firstDifference ?? difference,
    damagedHeads: damaged.slice(0, MAX_NAMED_LINES),
  };
}
