import { generateKeyPairSync } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished } from 'vitest';
import { CheckpointFile } from '../../cloud-broker/ledger/checkpoints.ts';
import type { Checkpoint } from '../../cloud-broker/ledger/rules/chain.ts';
import { ledgerHeads } from '../../cloud-broker/ledger/verify-books.ts';
import { inProcessStore, type InProcessStore } from './in-process.ts';
import { databaseBeside, enrolled, factoryKeyPem, listBoards, START, testDomain } from './store.ts';

/** Four boards of springfield's and one of shelbyville's, 10 credits each, the heads of the third transfer signed. */
export async function books(): Promise<{ store: InProcessStore; signed: Checkpoint[]; file: CheckpointFile; path: string }> {
  const store = await inProcessStore();
  await testDomain(store, 'springfield');
  await testDomain(store, 'shelbyville');
  await listBoards(
    store,
    [1, 2, 3, 4, 5].map((n) => ({ serial: `SN-${n}`, credits: 10, factoryPublicKey: factoryKeyPem() })),
  );
  const path = join(dirname(store.file), 'heads.jsonl');
  const file = new CheckpointFile(path, generateKeyPairSync('ed25519').privateKey);
  for (const n of [1, 2, 3]) await enrolled(store, { serial: `SN-${n}` });
  await enrolled(store, { serial: 'SN-5', domain: 'shelbyville' });
  expect(await file.append(await ledgerHeads(store.reader), START)).toBe(2);
  await enrolled(store, { serial: 'SN-4' });
  return { store, signed: (await file.read()).checkpoints, file, path };
}

/** Writes into the file as somebody who has taken the guards away first. */
export function tamper(store: { file: string }, ...statements: string[]): DatabaseSync {
  const file = databaseBeside(store.file);
  onTestFinished(() => file.close());
  file.exec('PRAGMA foreign_keys = OFF');
  for (const row of file.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
    file.exec(`DROP TRIGGER ${String(row['name'])}`);
  for (const statement of statements) file.exec(statement);
  return file;
}
