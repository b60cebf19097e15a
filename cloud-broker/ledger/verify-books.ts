import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { ChainWalk, type Checkpoint, type Difference, type Verdict } from './rules/chain.ts';
import type { Transfer } from './rules/transfers.ts';
import { headOf, requestOf, SELECT_TRANSFER, type TransferRow } from './posting.ts';
import { takingBackDifference } from './verify-reversals.ts';
import { usageDifference } from './verify-usage.ts';
import { onSnapshot } from '../store/snapshot.ts';
import type { Reads } from '../store/tx.ts';

/** What `verifyLedger` needs, as passed to a thread. */
export interface ProofJob {
  /** Its file or address. */
  database: string;
  checkpoints: readonly Checkpoint[];
}

const ROWS_AT_ONCE = 500;

export function transferOf(row: TransferRow): Transfer {
  const { domain, n, at, balanceAfter, previousHash, hash } = row;
  return { ...requestOf(row), domain, n, at, balanceAfter, previousHash, hash };
}

/** Heads of all domains with a transfer: the source of the checkpoint file. */
export async function ledgerHeads(tx: Reads): Promise<Omit<Checkpoint, 'at'>[]> {
  return await tx.all<Omit<Checkpoint, 'at'>>(
    'SELECT d.name AS domain, h.n, h.hash, h.balance FROM ledger_heads h JOIN domains d ON d.id = h.domain_id WHERE h.n > 0 ORDER BY d.name',
  );
}

/**
 * Recomputes everything from the first row (L5, L6, L9) on a snapshot of its own, in small steps, so that a running service continues. `database`: its
 * file or address. `checkpoints` are the signed heads kept outside it.
 */
export async function verifyLedger(database: string, checkpoints: readonly Checkpoint[]): Promise<Verdict> {
  return onSnapshot(database, async (tx) => new Proof(tx, checkpoints).run());
}

class Proof {
  private readonly tx: Reads;
  private readonly checkpoints: Map<string, Map<number, string>>;
  private transfers = 0;

  constructor(tx: Reads, checkpoints: readonly Checkpoint[]) {
    this.tx = tx;
    this.checkpoints = new Map();
    for (const [domain, list] of Map.groupBy(checkpoints, (checkpoint) => checkpoint.domain)) {
      this.checkpoints.set(domain, new Map(list.map(({ n, hash }) => [n, hash])));
    }
  }

  async run(): Promise<Verdict> {
    const domains = await this.tx.all<{ id: number; name: string }>('SELECT id, name FROM domains ORDER BY id');
    let difference: Difference | null = null;
    let balances = 0;
    for (const domain of domains) {
      const walk = new ChainWalk(domain.name);
      difference ??=
        (await this.walk(domain.id, walk)) ??
        walk.end(await headOf(this.tx, domain.id)) ??
        this.missing(domain.name, walk.head.n) ??
        (await usageDifference(this.tx, domain));
      balances += walk.head.balance;
      if (difference !== null) break;
    }
    const known = new Set(domains.map(({ name }) => name));
    const gone = [...this.checkpoints.keys()].find((name) => !known.has(name));
    if (gone !== undefined) difference ??= { domain: gone, n: null, what: 'was signed as a domain with transfers, but is gone' };
    const vendor = await this.vendorSum();
    if (difference === null && balances + vendor !== 0)
      difference = { domain: '', n: null, what: `all balances sum to ${balances + vendor}, not to zero` };
    difference ??= await takingBackDifference(this.tx);
    return {
      ok: difference === null,
      domains: domains.length,
      transfers: this.transfers,
      sum: balances + vendor,
      ...(difference === null ? {} : { firstDifference: difference }),
    };
  }

  private async walk(domainId: number, walk: ChainWalk): Promise<Difference | null> {
    const signed = this.checkpoints.get(walk.domain);
    for (;;) {
      const rows = await this.tx.all<TransferRow>(
        `${SELECT_TRANSFER} WHERE t.domain_id = ? AND t.n > ? ORDER BY t.n LIMIT ?`,
        domainId,
        walk.head.n,
        ROWS_AT_ONCE,
      );
      for (const row of rows) {
        const difference = walk.follow(transferOf(row));
        if (difference !== null) return difference;
        const hash = signed?.get(row.n);
        if (hash !== undefined && hash !== row.hash)
          return { domain: walk.domain, n: row.n, what: 'is not the row that was signed as the head' };
        this.transfers += 1;
      }
      if (rows.length < ROWS_AT_ONCE) return null;
      await yieldToOthers();
    }
  }

  /** A signed head beyond the end of the chain: the tail was cut off. */
  private missing(domain: string, n: number): Difference | null {
    const signed = Math.max(0, ...(this.checkpoints.get(domain)?.keys() ?? []));
    return signed > n ? { domain, n: n + 1, what: `row ${signed} was signed as the head, but the chain ends at ${n}` } : null;
  }

  private async vendorSum(): Promise<number> {
    const row = await this.tx.get<{ sum: number | null }>(
      "SELECT sum(CASE debit WHEN 'domain' THEN credits ELSE -credits END) AS sum FROM transfers",
    );
    return row?.sum ?? 0;
  }
}
