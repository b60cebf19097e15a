/** Connections to PostgreSQL, as all of the store's begin. */
import pg from 'pg';
import type { Parameter } from '../tx.ts';
import { naming } from './faults.ts';
import { translate } from './translate.ts';

/** A session, or a pool of them: what runs a statement. */
type Runs = Pick<pg.Client, 'query'>;

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${text} is no number that can be counted with`);
  return number;
}

/** By type: values as SQLite gives them. What is not here is a text. */
const READ: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [16, (text) => (text === 't' ? 1 : 0)],
  // bytea
  [17, (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex'))],
  // int8, int2, int4
  [20, wholeNumber],
  [21, Number],
  [23, Number],
  // float4, float8, numeric
  [700, Number],
  [701, Number],
  [1700, Number],
]);

const asText = (text: string): unknown => text;
const types: pg.CustomTypesConfig = { getTypeParser: (type: number) => READ.get(type) ?? asText };

/** How long a connection may take to begin. */
const CONNECT_MS = 10_000;

/** How to reach the database, and the session's settings. Statements are sent without waiting for those before them. */
export function configOf(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: 'rollcall',
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: CONNECT_MS,
    pipeline: true,
    types,
  };
}

/** Where the database is, to be shown: nothing of the address but host, port and name. */
export function placeOf(url: string): string {
  const { host, port, database } = new pg.Client({ connectionString: url });
  return host.startsWith('/') ? `postgresql:${host}/${database ?? ''}` : `postgresql://${host}:${port}/${database ?? ''}`;
}

/** The texts that have been run so far, each prepared once a session under its name. */
const prepared = new Map<string, { name: string; text: string }>();

function statementOf(text: string): { name: string; text: string } {
  let statement = prepared.get(text);
  if (statement === undefined) {
    statement = { name: `s${prepared.size}`, text: translate(text) };
    prepared.set(text, statement);
  }
  return statement;
}

/** Runs a statement of the product. Failures of the database are named. */
export async function runOn(runs: Runs, place: string, text: string, parameters: readonly Parameter[]): Promise<pg.QueryResult> {
  return naming(place, runs.query({ ...statementOf(text), values: [...parameters] }));
}
