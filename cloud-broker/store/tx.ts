/** Allowed values of a statement's `?`. */
export type Parameter = null | number | bigint | string | Uint8Array;

/**
 * Read access, either of a transaction or of the store's own reader, where each statement sees what was committed when it runs. The caller guarantees
 * the row type: tables are STRICT, and the columns are named in the same line. Rejects with `database-damaged`, `database-unusable` or `busy` for
 * failures of the database or its disk.
 */
export interface Reads {
  all<Row>(text: string, ...parameters: Parameter[]): Promise<Row[]>;
  /** The first row, or null. */
  get<Row>(text: string, ...parameters: Parameter[]): Promise<Row | null>;
}

/** One transaction. Its statements, including reads, run in the order in which they were requested. */
export interface Tx extends Reads {
  /** Number of rows changed. */
  run(text: string, ...parameters: Parameter[]): Promise<number>;
  /** Inserts one row: its id. */
  insert(text: string, ...parameters: Parameter[]): Promise<number>;
  /** A statement whose result is not used: it need not be awaited. A failure fails the transaction. */
  send(text: string, ...parameters: Parameter[]): void;
  /** Inserts `rows` in order, with few statements; like `send`. `into` is the table with its columns. */
  sendRows(into: string, rows: readonly Parameter[][]): void;
}
