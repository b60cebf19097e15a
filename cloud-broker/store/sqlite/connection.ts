import { DatabaseSync, type StatementResultingChanges, type StatementSync } from 'node:sqlite';
import { rowInserts } from '../row-inserts.ts';
import type { Parameter } from '../tx.ts';
import { naming } from './database-faults.ts';

/**
 * One SQLite connection with its prepared statements, cached by their text. Synchronous, and known only in this folder: other code uses a `Tx`.
 * Failures of the database or its disk are named: `database-damaged`, `database-unusable`, or `busy` if another program locks it.
 */
export class Connection {
  private readonly file: string;
  private readonly db: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();

  constructor(file: string, options: { readOnly: boolean }) {
    this.file = file;
    this.db = naming(file, () => new DatabaseSync(file, options));
  }

  private statement(text: string): StatementSync {
    let statement = this.statements.get(text);
    if (statement === undefined) {
      statement = this.db.prepare(text);
      this.statements.set(text, statement);
    }
    return statement;
  }

  /** All rows. The caller guarantees the row type: tables are STRICT, and the columns are named in the same line. */
  all<Row>(text: string, ...parameters: Parameter[]): Row[] {
    return naming(this.file, () => this.statement(text).all(...parameters)) as Row[];
  }

  /** The first row, or null. */
  get<Row>(text: string, ...parameters: Parameter[]): Row | null {
    return (naming(this.file, () => this.statement(text).get(...parameters)) as Row | undefined) ?? null;
  }

  /** Number of rows changed. */
  run(text: string, ...parameters: Parameter[]): number {
    return Number(this.change(text, parameters).changes);
  }

  /** Inserts one row: its rowid. */
  insert(text: string, ...parameters: Parameter[]): number {
    return Number(this.change(text, parameters).lastInsertRowid);
  }

  private change(text: string, parameters: Parameter[]): StatementResultingChanges {
    return naming(this.file, () => this.statement(text).run(...parameters));
  }

  /** Inserts `rows` in order, with few statements. `into` is the table with its columns. */
  insertRows(into: string, rows: readonly Parameter[][]): void {
    for (const { text, parameters } of rowInserts(into, rows)) this.run(text, ...parameters);
  }

  exec(text: string): void {
    naming(this.file, () => this.db.exec(text));
  }

  rollBack(): void {
    try {
      this.db.exec('ROLLBACK');
    } catch {
      // SQLite has already rolled back (disk full), and the caller knows the reason.
    }
  }

  close(): void {
    this.statements.clear();
    this.db.close();
  }
}

/** A read-only connection; it sees each commit of the writer as soon as it is done (WAL). */
export function openReader(file: string): Connection {
  return opened(new Connection(file, { readOnly: true }), (connection) =>
    connection.exec('PRAGMA busy_timeout = 5000; PRAGMA cache_size = -65536; PRAGMA mmap_size = 268435456'),
  );
}

/** The only connection that writes: every commit is on disk when it returns (`synchronous = FULL`), and the schema is current. */
export function openWriter(file: string, migrations: readonly string[]): Connection {
  return opened(new Connection(file, { readOnly: false }), (connection) => {
    connection.exec(
      'PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 16777216',
    );
    migrate(connection, migrations);
  });
}

/** Closes the connection if it cannot be prepared. */
function opened(connection: Connection, prepare: (connection: Connection) => void): Connection {
  try {
    prepare(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function migrate(connection: Connection, migrations: readonly string[]): void {
  const version = connection.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
  if (version > migrations.length) {
    throw new Error(`the data folder was written by a newer version (schema ${version}, this one knows ${migrations.length})`);
  }
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue;
    connection.exec('BEGIN IMMEDIATE');
    try {
      connection.exec(migration);
      connection.exec(`PRAGMA user_version = ${index + 1}`);
      connection.exec('COMMIT');
    } catch (error) {
      connection.rollBack();
      throw error;
    }
  }
}
