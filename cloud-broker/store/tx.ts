/** What a statement's `?` may stand for. */
export type Parameter = null | number | bigint | string | Uint8Array;

/**
 * What is there, without changing it: a transaction's, or the store's own reader, where each statement sees what was committed when it runs.
 * The row type is the caller's promise: tables are STRICT, and the columns are named in the same line. Rejects with `database-damaged`,
 * `database-unusable` or `busy` for what the database or its disk refuses.
 */
export interface Reads {
  all<Row>(text: string, ...parameters: Parameter[]): Promise<Row[]>;
  /** The first row, or null. */
  get<Row>(text: string, ...parameters: Parameter[]): Promise<Row | null>;
}

/** One transaction. Its statements run in the order in which they were asked for, reads among them. */
export interface Tx extends Reads {
  /** Number of rows changed. */
  run(text: string, ...parameters: Parameter[]): Promise<number>;
  /** Inserts one row; its id. */
  insert(text: string, ...parameters: Parameter[]): Promise<number>;
  /** A statement whose result nobody looks at: it need not be awaited. What it refuses fails the transaction. */
  send(text: string, ...parameters: Parameter[]): void;
  /** Inserts `rows` in order, by few statements; as `send`. `into` is the table with its columns. */
  sendRows(into: string, rows: readonly Parameter[][]): void;
}
