/**
 * The raw limit: the very rows that the product stored for these enrolments, into the same tables and indexes, by
 * hand-written multi-row statements, and the same signatures; without rules, hashes, threads, triggers and foreign keys.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

/** Each table (as `t`) with the rows that belong to one enrolment, in the order of the enrolments. */
const TABLES: Record<string, string> = {
  devices: 'devices t ORDER BY t.rowid',
  certificates: 'devices d JOIN certificates t ON t.device_id = d.id ORDER BY d.rowid',
  device_keys: 'devices d JOIN device_keys t ON t.fingerprint = d.key_fingerprint ORDER BY d.rowid',
  enrolment_spans: 'enrolment_spans t ORDER BY t.id',
  transfers: 'transfers t ORDER BY t.id',
  audit: "audit t WHERE t.action = 'device.enrolled' ORDER BY t.id",
  events: "events t WHERE t.type IN ('device', 'billing', 'enrolment') ORDER BY t.id",
};

type Row = SQLInputValue[];

/** What the product stored, ready to be stored again. */
export interface Enrolments {
  schema: string[];
  /** Everything that was there before the first enrolment. */
  domain: { columns: number; row: Row };
  boards: Row[];
  tables: { name: string; columns: string[]; perEnrolment: number; rows: Row[] }[];
  head: { n: number; hash: string; balance: number; at: number }[];
}

const values = (row: Record<string, SQLInputValue>): Row => Object.values(row);

/** Reads it from the database of a store that is closed. */
export function readEnrolments(file: string): Enrolments {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const all = (text: string): Row[] => (db.prepare(text).all() as Record<string, SQLInputValue>[]).map(values);
    const count = all('SELECT * FROM devices').length;
    const [domain = []] = all('SELECT * FROM domains');
    return {
      schema: all(
        "SELECT sql FROM sqlite_schema WHERE type IN ('table', 'index') AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%'",
      ).flatMap(([sql]) => (typeof sql === 'string' ? [sql] : [])),
      domain: { columns: domain.length, row: domain },
      boards: all('SELECT * FROM boards ORDER BY id'),
      tables: Object.entries(TABLES).map(([name, from]) => {
        // Without those that the database derives.
        const columns = (db.prepare(`SELECT name FROM pragma_table_info('${name}')`).all() as { name: string }[]).map(
          (column) => column.name,
        );
        const rows = all(`SELECT ${columns.map((column) => `t.${column}`).join(', ')} FROM ${from}`);
        return { name, columns, perEnrolment: rows.length / count, rows };
      }),
      head: db.prepare('SELECT n, hash, balance_after AS balance, at FROM transfers ORDER BY n').all() as Enrolments['head'],
    };
  } finally {
    db.close();
  }
}

const places = (rows: number, columns: number): string =>
  Array.from({ length: rows }, () => `(${Array(columns).fill('?').join(',')})`).join(',');

/** Enrolments per second, `atOnce` a commit. `prove` does what the n-th costs besides its rows. */
export async function bareEnrolments(enrolments: Enrolments, atOnce: number, prove: (n: number) => void): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bare-'));
  const db = new DatabaseSync(join(folder, 'bare.db'));
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -65536');
    for (const sql of enrolments.schema) db.exec(sql);
    db.exec('BEGIN');
    db.prepare(`INSERT INTO domains VALUES ${places(1, enrolments.domain.columns)}`).run(...enrolments.domain.row);
    db.exec(`INSERT INTO ledger_heads VALUES (1, 0, '', 0, 0)`);
    const list = db.prepare(`INSERT INTO boards VALUES ${places(1, enrolments.boards[0]?.length ?? 0)}`);
    for (const row of enrolments.boards) list.run(...row);
    db.exec('UPDATE boards SET left_credits = credits, grants = 0; COMMIT');

    const inserts = enrolments.tables.map((table) => ({
      ...table,
      take: table.perEnrolment * atOnce,
      statement: db.prepare(
        `INSERT INTO ${table.name} (${table.columns.join(', ')}) VALUES ${places(table.perEnrolment * atOnce, table.columns.length)}`,
      ),
    }));
    const boards = db.prepare(
      `UPDATE boards SET left_credits = 0, grants = 1 WHERE serial_key IN (${Array(atOnce).fill('?').join(',')})`,
    );
    const head = db.prepare('UPDATE ledger_heads SET n = ?, hash = ?, balance = ?, at = ? WHERE domain_id = 1');
    const serials = enrolments.boards.map((row) => row[1] ?? null);
    const rounds = Math.floor(enrolments.head.length / atOnce);
    const started = performance.now();
    for (let round = 0; round < rounds; round += 1) {
      db.exec('BEGIN IMMEDIATE');
      for (let n = 0; n < atOnce; n += 1) prove(round * atOnce + n);
      for (const { take, rows, statement } of inserts) statement.run(...rows.slice(round * take, (round + 1) * take).flat());
      boards.run(...serials.slice(round * atOnce, (round + 1) * atOnce));
      const last = enrolments.head[(round + 1) * atOnce - 1];
      if (last !== undefined) head.run(last.n, last.hash, last.balance, last.at);
      db.exec('COMMIT');
    }
    const seconds = (performance.now() - started) / 1000;
    const count = db.prepare('SELECT count(*) AS n FROM transfers').get()?.['n'];
    if (count !== rounds * atOnce) throw new Error(`only ${String(count)} rows were stored`);
    return (rounds * atOnce) / seconds;
  } finally {
    db.close();
    await rm(folder, { recursive: true, force: true });
  }
}
