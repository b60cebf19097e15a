/**
 * Row types that several statements share, each declared once: the columns behind SELECT, the TypeScript type, and a check of the rows that the database returns. Tables are STRICT, so one row
 * shows a misnamed column, an unexpected NULL, or a number that a driver returns as text: of many rows only the first is checked.
 */
import type { Parameter, Reads } from './tx.ts';

interface Kinds {
  text: string;
  integer: number;
  /** A condition, or a column that is 0 or 1. */
  flag: 0 | 1;
  bytes: Uint8Array;
}
type Kind = keyof Kinds | `${keyof Kinds}?`;
/** A kind, with a question mark if the value may be null; or a list of all possible values. */
type Values = Kind | readonly (string | null)[];
type Column = Values | { sql: string; values: Values };

type ValueOf<Of> = Of extends `${infer Of1 extends keyof Kinds}?`
  ? Kinds[Of1] | null
  : Of extends keyof Kinds
    ? Kinds[Of]
    : Of extends readonly (infer Value)[]
      ? Value
      : Of extends { values: infer Inner }
        ? ValueOf<Inner>
        : never;
type Columns = Record<string, Column>;
type RowOf<Of extends Columns> = { -readonly [Name in keyof Of]: ValueOf<Of[Name]> };
export type RowIn<Type> = Type extends RowType<infer Row> ? Row : never;

type Check = (value: unknown) => boolean;

const CHECKS: Record<keyof Kinds, Check> = {
  text: (value) => typeof value === 'string',
  integer: (value) => typeof value === 'number',
  flag: (value) => value === 0 || value === 1,
  bytes: (value) => value instanceof Uint8Array,
};

function checkOf(values: Values): Check {
  if (typeof values === 'object') return (value) => (values as readonly unknown[]).includes(value);
  const is = CHECKS[values.replace('?', '') as keyof Kinds];
  return values.endsWith('?') ? (value) => value === null || is(value) : is;
}

const columnOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** For a property that is read from a column with another name, or from an expression. */
export const readAs = <const Of extends Values>(sql: string, values: Of): { sql: string; values: Of } => ({ sql, values });

export class RowType<Row> {
  /** The text behind SELECT or RETURNING. */
  readonly columns: string;
  private readonly checks: readonly [name: string, is: Check][];

  /** `table`: the table's alias with its dot, or ''. */
  constructor(table: string, columns: Columns) {
    const entries = Object.entries(columns).map(([name, column]) => {
      const [sql, values] =
        typeof column === 'object' && 'sql' in column ? [column.sql, column.values] : [table + columnOf(name), column];
      return { name, sql, values };
    });
    this.columns = entries.map(({ name, sql }) => (sql === table + name ? sql : `${sql} AS ${name}`)).join(', ');
    this.checks = entries.map(({ name, values }) => [name, checkOf(values)]);
  }

  async all(tx: Reads, statement: string, ...parameters: Parameter[]): Promise<Row[]> {
    const rows = await tx.all<Row>(statement, ...parameters);
    if (rows[0] !== undefined) this.check(rows[0], statement);
    return rows;
  }

  async get(tx: Reads, statement: string, ...parameters: Parameter[]): Promise<Row | null> {
    const row = await tx.get<Row>(statement, ...parameters);
    if (row !== null) this.check(row, statement);
    return row;
  }

  private check(row: Row, statement: string): void {
    const values = row as Record<string, unknown>;
    for (const [name, is] of this.checks)
      if (!is(values[name])) throw new TypeError(`${name} has an unexpected value in a row of: ${statement}`);
  }
}

/** Declares a row type. A property is read from the column of the same name (`closedAt` from `closed_at`) unless `readAs` says otherwise. */
export function rowType<const Of extends Columns>(table: string, columns: Of): RowType<RowOf<Of>> {
  return new RowType(table, columns);
}
