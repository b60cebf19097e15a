/** The service on PostgreSQL, which no setting chooses yet; the secrets of its address are never shown. */
import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { besidePostgres, postgresDatabase } from '../../test/support/postgres.ts';
import { enrolled, listBoards, temporaryFolder } from '../../test/support/store.ts';
import { readSettings } from './config.ts';
import { openContext, type ServiceContext } from './context.ts';

const PASSWORD = 'correct horse battery';

async function opened(folder: string, url: string | null, log: string[] = []): Promise<ServiceContext> {
  const settings = { ...readSettings({ ROLLCALL_DATA: folder }), databaseUrl: url };
  const context = await openContext(settings, pino({ level: 'debug' }, { write: (line) => void log.push(line) }), (error) => {
    throw error;
  });
  let closed: Promise<void> | null = null;
  const close = async (): Promise<void> => (closed ??= context.close());
  onTestFinished(close);
  return { ...context, close };
}

/** With a user that has a password, which PostgreSQL does not ask for here. */
const withSecret = (url: string): string => url.replace('//rollcall@', '//rollcall:s3cret@');

const springfield = { name: 'springfield', email: 'a@b.example', password: PASSWORD, organization: 'Springfield' };

describe('the service on PostgreSQL', () => {
  test('[S4] does what it does on a folder: domains, sign-in, enrolments, proofs of the books; and begins again with them', async () => {
    const url = withSecret(await postgresDatabase('template0'));
    const folder = await temporaryFolder();
    const log: string[] = [];
    const first = await opened(folder, url, log);
    await first.operator.createDomain(springfield);
    await listBoards(first.store, [{ serial: 'SN-1', credits: 5 }]);
    await enrolled(first.store, { serial: 'SN-1', now: Date.now() });
    await first.checkpoint();
    const verdict = { ok: true, domains: 1, transfers: 1, sum: 0 };
    expect(await first.operator.verifyLedger()).toMatchObject(verdict);
    expect(await first.proveBooks(AbortSignal.timeout(600_000))).toMatchObject(verdict);
    const person = { user: 'admin@springfield', password: PASSWORD, address: '192.0.2.1', userAgent: 'test' };
    expect((await first.accounts.signIn(person)).cookies).toHaveLength(1);
    await expect(first.accounts.signIn({ ...person, password: 'wrong wrong wrong' })).rejects.toMatchObject({
      code: 'sign-in-failed',
    });
    await expect(first.operator.backup(join(folder, 'copy.db'))).rejects.toMatchObject({ code: 'backup-failed' });
    await first.close();
    const again = await opened(folder, url, log);
    expect(await again.operator.verifyLedger()).toMatchObject(verdict);
    expect((await again.accounts.signIn(person)).cookies).toHaveLength(1);
    await besidePostgres(
      url,
      "ALTER TABLE transfers DISABLE TRIGGER transfers_are_not_changed; UPDATE transfers SET actor = 'x'",
    );
    expect(await again.operator.verifyLedger()).toMatchObject({ ok: false });
    expect(log.join('')).not.toContain('s3cret');
  });

  test('[S1] does not begin with an empty database where the folder belongs to data, nor with data whose keys are elsewhere', async () => {
    const [folder, other] = [await temporaryFolder(), await temporaryFolder()];
    const url = withSecret(await postgresDatabase('template0'));
    const context = await opened(folder, url);
    await context.operator.createDomain(springfield);
    await context.operator.issueKey({ credits: 5 });
    await context.close();
    const empty = withSecret(await postgresDatabase('template0'));
    const missing = opened(folder, empty);
    await expect(missing).rejects.toMatchObject({ code: 'database-missing' });
    expect(JSON.stringify(await missing.catch((error: { details: unknown }) => error.details))).not.toContain('s3cret');
    expect(await besidePostgres(empty, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
    await expect(opened(folder, null)).rejects.toMatchObject({ code: 'database-missing' });
    await expect(opened(other, url)).rejects.toMatchObject({ code: 'key-file-unusable' });
    await rm(other, { recursive: true });
    await cp(folder, other, { recursive: true });
    await writeFile(join(other, 'ledger-heads.jsonl'), '');
    await opened(other, url);
  });
});

test('[S4] a second service on the database is refused, with a copy of the folder too, until the first one ends', async () => {
  const [folder, copy] = [await temporaryFolder(), await temporaryFolder()];
  const url = withSecret(await postgresDatabase('template0'));
  const first = await opened(folder, url);
  await rm(copy, { recursive: true });
  await cp(folder, copy, { recursive: true });
  const refusal = { code: 'database-unusable', details: expect.objectContaining({ reason: 'another service runs on it' }) };
  await expect(opened(copy, url)).rejects.toMatchObject(refusal);
  await besidePostgres(
    url,
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await first.operator.createDomain(springfield);
  await expect(opened(copy, url)).rejects.toMatchObject(refusal);
  await first.close();
  await opened(copy, url);
});

test('no setting chooses it yet, so that no data begins without the keys that will belong to it', () => {
  const read = (): unknown => readSettings({ ROLLCALL_DATABASE_URL: 'postgresql://u:s3cret@host/db' });
  const details = { setting: 'ROLLCALL_DATABASE_URL', reason: 'this version serves only the embedded database' };
  expect(read).toThrow(expect.objectContaining({ code: 'settings-invalid', details }));
});
