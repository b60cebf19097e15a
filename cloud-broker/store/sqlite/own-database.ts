import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RollcallError } from '../../../protocol/errors.ts';
import type { Reads } from '../tx.ts';
import { openReader } from './connection.ts';

/**
 * An operator may put a server certificate there before the first start; everything else in `keys/` was created by a service that already had its
 * database.
 */
const BROUGHT = new Set(['server.crt', 'server.key', 'server-ca.crt']);

const HEADS = 'ledger-heads.jsonl';

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** What only a service with a database leaves behind. */
function tracesIn(folder: string): string[] {
  const keys = join(folder, 'keys');
  const names = existsSync(keys) ? readdirSync(keys) : [];
  const traces = names.filter((name) => !name.endsWith('.new') && !BROUGHT.has(name)).map((name) => `keys/${name}`);
  return sizeOf(join(folder, HEADS)) === 0 ? traces : [...traces, HEADS];
}

/**
 * S1: a service with keys or signed heads but without their database does not start, because an empty service in a wrong folder would turn the whole
 * fleet away. An empty file is no database, and one without a transfer does not match signed heads. Refuses with `database-missing`,
 * `database-damaged` or `database-unusable`; nothing is created or changed.
 */
export function demandDatabase(folder: string): void {
  const file = join(folder, 'rollcall.db');
  const traces = tracesIn(folder);
  const missing = (): RollcallError => new RollcallError('database-missing', { file, found: traces.join(' ') });
  if (sizeOf(file) === 0) {
    if (sizeOf(`${file}-wal`) > 0) traces.push('rollcall.db-wal');
    if (traces.length > 0) throw missing();
    return;
  }
  if (traces.length === 0) return;
  const connection = openReader(file);
  try {
    if (connection.get<{ user_version: number }>('PRAGMA user_version')?.user_version === 0) throw missing();
    if (traces.includes(HEADS) && connection.get('SELECT 1 AS found FROM transfers LIMIT 1') === null) throw missing();
  } finally {
    connection.close();
  }
}

/** S1, where the data is in PostgreSQL (`place`): a folder that belongs to other data does not begin with an empty database. */
export function demandUsed(folder: string, place: string, isUsed: boolean): void {
  const traces = tracesIn(folder);
  if (sizeOf(join(folder, 'rollcall.db')) > 0) traces.push('rollcall.db');
  if (!isUsed && traces.length > 0) throw new RollcallError('database-missing', { file: place, found: traces.join(' ') });
}

const SEALED = [
  'SELECT 1 AS found FROM product_keys LIMIT 1',
  'SELECT 1 AS found FROM claim_codes LIMIT 1',
  'SELECT 1 AS found FROM second_factors LIMIT 1',
  'SELECT 1 AS found FROM webhooks LIMIT 1',
  'SELECT 1 AS found FROM domains WHERE pairing_sealed IS NOT NULL LIMIT 1',
];

/** Whether anything is sealed under the master key, or was signed with the ledger key: then those keys must exist too (S1). */
export async function isSealed(folder: string, tx: Reads): Promise<boolean> {
  if (sizeOf(join(folder, HEADS)) > 0) return true;
  for (const question of SEALED) if ((await tx.get(question)) !== null) return true;
  return false;
}
