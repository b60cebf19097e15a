import pg from 'pg';
import type { Parameter, Reads } from '../tx.ts';
import { configOf, placeOf, runOn } from './connection.ts';
import { naming } from './faults.ts';

/** See store/snapshot.ts. */
export async function onPostgresSnapshot<Result>(url: string, work: (tx: Reads) => Promise<Result>): Promise<Result> {
  const place = placeOf(url);
  const client = new pg.Client(configOf(url));
  // What is under way is told by its own promise.
  client.on('error', () => undefined);
  const rows = async <Row>(text: string, parameters: Parameter[]): Promise<Row[]> =>
    (await runOn(client, place, text, parameters)).rows as Row[];
  try {
    await naming(place, client.connect());
    await naming(place, client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'));
    return await work({
      all: async <Row>(text: string, ...parameters: Parameter[]) => rows<Row>(text, parameters),
      get: async <Row>(text: string, ...parameters: Parameter[]) => (await rows<Row>(text, parameters))[0] ?? null,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}
