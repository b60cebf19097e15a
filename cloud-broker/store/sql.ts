import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { migrations } from './schema.ts';

export type Parameter = SQLInputValue;

/** The sizes of insertRows' statements: few, because each is prepared once and kept. */
const ROWS_AT_ONCE = [64, 8, 1];

/** One SQLite connection with its prepared statements, kept by their text. Synchronous: for the writer, and for short reads. */
export class Sql {
  private readonly db: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  private statement(text: string): StatementSync {
    let statement = this.statements.get(text);
    if (statement === undefined) {
      statement = this.db.prepare(text);
      this.statements.set(text, statement);
    }
    return statement;
  }

  /** All rows. The row type is the caller's promise: tables are STRICT, and the columns are named in the same line. */
  all<Row>(text: string, ...parameters: Parameter[]): Row[] {
    return this.statement(text).all(...parameters) as Row[];
  }

  /** The first row, or null. */
  get<Row>(text: string, ...parameters: Parameter[]): Row | null {
    return (this.statement(text).get(...parameters) as Row | undefined) ?? null;
  }

  /** Number of rows changed. */
  run(text: string, ...parameters: Parameter[]): number {
    return Number(this.statement(text).run(...parameters).changes);
  }

  /** Inserts one row; its rowid. */
  insert(text: string, ...parameters: Parameter[]): number {
    return Number(this.statement(text).run(...parameters).lastInsertRowid);
  }

  /** Inserts `rows` in order, by few statements; the rowid of the last, 0 without any. `into` is the table with its columns. */
  insertRows(into: string, rows: readonly Parameter[][]): number {
    let last = 0;
    let from = 0;
    for (const most of ROWS_AT_ONCE) {
      for (; rows.length - from >= most; from += most) {
        const part = rows.slice(from, from + most);
        const places = part.map((row) => `(${row.map(() => '?').join(',')})`).join(',');
        last = this.insert(`INSERT INTO ${into} VALUES ${places}`, ...part.flat());
      }
    }
    return last;
  }

  exec(text: string): void {
    this.db.exec(text);
  }

  close(): void {
    this.statements.clear();
    this.db.close();
  }
}

/** A connection that only reads; it sees each commit of the writer as soon as it is done (WAL). */
export function openReader(file: string): Sql {
  const sql = new Sql(new DatabaseSync(file, { readOnly: true }));
  sql.exec('PRAGMA busy_timeout = 5000; PRAGMA cache_size = -65536; PRAGMA mmap_size = 268435456');
  return sql;
}

/** The one connection that writes: every commit is on disk when it returns (`synchronous = FULL`), and the schema is current. */
export function openWriter(file: string): Sql {
  const sql = new Sql(new DatabaseSync(file));
  sql.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000',
  );
  migrate(sql);
  return sql;
}

function migrate(sql: Sql): void {
  const version = sql.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
  if (version > migrations.length) {
    throw new Error(`the data folder was written by a newer version (schema ${version}, this one knows ${migrations.length})`);
  }
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue;
    sql.exec('BEGIN IMMEDIATE');
    try {
      sql.exec(migration);
      sql.exec(`PRAGMA user_version = ${index + 1}`);
      sql.exec('COMMIT');
    } catch (error) {
      sql.exec('ROLLBACK');
      throw error;
    }
  }
}
