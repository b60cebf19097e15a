import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RollcallError } from '../../protocol/errors.ts';
import { openReader } from './sql.ts';

/** An operator may put a server certificate there before the first start; everything else in `keys/` a service made once its database was there. */
const BROUGHT = new Set(['server.crt', 'server.key', 'server-ca.crt']);

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** What only a service that had a database leaves behind. */
function tracesIn(folder: string): string[] {
  const keys = join(folder, 'keys');
  const names = existsSync(keys) ? readdirSync(keys) : [];
  const traces = names.filter((name) => !name.endsWith('.new') && !BROUGHT.has(name)).map((name) => `keys/${name}`);
  return sizeOf(join(folder, 'ledger-heads.jsonl')) === 0 ? traces : [...traces, 'ledger-heads.jsonl'];
}

/**
 * S1: keys or signed heads without their database do not start, for an empty service in a wrong folder would send the whole fleet away. An empty
 * file is none, and one without a single transfer is not that of signed heads. Refuses with `database-missing`, `database-damaged` or
 * `database-unusable`; nothing is made or changed.
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
  const sql = openReader(file);
  try {
    if (sql.get<{ user_version: number }>('PRAGMA user_version')?.user_version === 0) throw missing();
    if (traces.includes('ledger-heads.jsonl') && sql.get('SELECT 1 AS found FROM transfers LIMIT 1') === null) throw missing();
  } finally {
    sql.close();
  }
}

/** Whether anything is stored that was sealed or signed with the keys: then they must be there too (S1). */
export function isUsed(reader: { get<Row>(text: string): Row | null }): boolean {
  const tables = ['domains', 'boards', 'product_keys', 'auth_portal_user'];
  return tables.some((table) => reader.get(`SELECT 1 AS found FROM ${table} LIMIT 1`) !== null);
}
