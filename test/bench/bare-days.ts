/**
 * The raw limit: the very rows that the product stored for one closed day, into the same tables and indexes, by hand-written
 * multi-row statements; without rules, counting, hashes, threads, triggers and foreign keys.
 */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

type Row = SQLInputValue[];

/** Tables that get a row a domain and day, and how to find those of one day. */
const TABLES: Record<string, string> = {
  transfers: "SELECT * FROM transfers WHERE kind = 'usage' AND date = date(? * 86400, 'unixepoch') ORDER BY id",
  usage_days: 'SELECT u.* FROM usage_days u JOIN transfers t ON t.id = u.transfer_id WHERE u.day = ? ORDER BY t.id',
  events: `SELECT e.* FROM transfers t JOIN usage_days u ON u.transfer_id = t.id AND u.day = ?
    JOIN events e ON e.type = 'billing' AND e.data = '{"transferId":' || t.id || '}' ORDER BY t.id`,
};
const HEADS = `SELECT t.n, t.hash, t.balance_after AS balance, t.at, t.domain_id AS domainId, u.day + 1 AS nextDay
  FROM usage_days u JOIN transfers t ON t.id = u.transfer_id WHERE u.day = ? ORDER BY t.id`;

/** What the product stored when it closed a day, ready to be stored again. */
export interface StoredDay {
  tables: { name: string; rows: Row[] }[];
  heads: Record<string, SQLInputValue>[];
}

const values = (row: Record<string, SQLInputValue>): Row => Object.values(row);

export function readDay(file: string, day: number): StoredDay {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const all = (text: string): Record<string, SQLInputValue>[] => db.prepare(text).all(day);
    return {
      tables: Object.entries(TABLES).map(([name, text]) => ({ name, rows: all(text).map(values) })),
      heads: all(HEADS),
    };
  } finally {
    db.close();
  }
}

/** A copy of the product's database with all in it that is needed, and none of its guards. `next` stores one more day. */
export class BareDays {
  private readonly db: DatabaseSync;

  constructor(file: string) {
    this.db = new DatabaseSync(file);
    this.db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -65536');
    for (const { name } of this.db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
      this.db.exec(`DROP TRIGGER ${String(name)}`);
  }

  /** Milliseconds for a day, `atOnce` domains a commit. */
  store({ tables, heads }: StoredDay, atOnce: number): number {
    const { db } = this;
    const head = db.prepare('UPDATE ledger_heads SET n = ?, hash = ?, balance = ?, at = ? WHERE domain_id = ?');
    const next = db.prepare('UPDATE domains SET next_usage_day = ? WHERE id = ?');
    const started = performance.now();
    for (let from = 0; from < heads.length; from += atOnce) {
      db.exec('BEGIN IMMEDIATE');
      for (const { name, rows } of tables) {
        const part = rows.slice(from, from + atOnce);
        const places = part.map((row) => `(${row.map(() => '?').join(',')})`).join(',');
        db.prepare(`INSERT INTO ${name} VALUES ${places}`).run(...part.flat());
      }
      for (const { n, hash, balance, at, domainId, nextDay } of heads.slice(from, from + atOnce) as Record<string, number>[]) {
        head.run(n ?? 0, hash ?? '', balance ?? 0, at ?? 0, domainId ?? 0);
        next.run(nextDay ?? 0, domainId ?? 0);
      }
      db.exec('COMMIT');
    }
    const ms = performance.now() - started;
    const [day] = heads.map(({ nextDay }) => Number(nextDay) - 1);
    const stored = db.prepare('SELECT count(*) AS n FROM usage_days WHERE day = ?').get(day ?? 0)?.['n'];
    if (stored !== heads.length) throw new Error(`only ${String(stored)} of ${heads.length} days were stored`);
    return ms;
  }

  close(): void {
    this.db.close();
  }
}
