/** S1: what a wrongly mounted volume, a power cut or half a restore leaves is never taken for a new service. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, open, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BoardClient } from '../support/board-client.ts';
import { DidNotStart, rollcall, TestService } from '../support/service.ts';
import { databaseBeside, temporaryFolder } from '../support/store.ts';

let lived = '';
afterAll(() => rm(lived, { recursive: true, force: true }));

/** A folder that was in use: a domain, an enrolled board, signed heads. Made once, copied for each test. */
async function livedIn(): Promise<string> {
  if (lived === '') {
    const service = await TestService.start();
    await service.domain('springfield');
    await service.list([{ board: 'hall' }]);
    await new BoardClient({ board: 'hall', domain: 'springfield' }).enrol(service);
    expect(await service.stop()).toBe(0);
    lived = `${service.folder}-lived`;
    await cp(service.folder, lived, { recursive: true });
  }
  const folder = await temporaryFolder();
  await cp(lived, folder, { recursive: true });
  return folder;
}

const contents = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).filter((name) => !name.startsWith('serve.lock')).toSorted();

async function refusal(folder: string): Promise<string> {
  const refused = await TestService.start({ folder }).catch((error: unknown) => error);
  if (!(refused instanceof DidNotStart)) throw new Error('it started');
  expect(refused.ended.code).toBe(1);
  return refused.ended.stderr;
}

const database = (folder: string): string => join(folder, 'rollcall.db');

describe('keys or signed heads without their database', () => {
  const emptySchema = (file: string): void => {
    const db = databaseBeside(file);
    db.exec('PRAGMA journal_mode = WAL');
    db.close();
  };
  const gone = async (folder: string, ...names: string[]): Promise<void> => {
    for (const name of names) await rm(join(folder, name), { recursive: true });
  };
  test.each<[string, (folder: string) => Promise<void>]>([
    ['the database is gone', (folder) => gone(folder, 'rollcall.db')],
    ['the database is empty', (folder) => truncate(database(folder))],
    [
      'the database is one without a table',
      async (folder) => {
        await gone(folder, 'rollcall.db');
        emptySchema(database(folder));
      },
    ],
    ['only keys are there', (folder) => gone(folder, 'rollcall.db', 'ledger-heads.jsonl')],
    [
      'only one key is there',
      (folder) =>
        gone(folder, 'rollcall.db', 'ledger-heads.jsonl', ...['ca.crt', 'ca.key', 'ledger.key'].map((name) => `keys/${name}`)),
    ],
    ['only signed heads are there', (folder) => gone(folder, 'rollcall.db', 'keys')],
    [
      'a log without its database is there',
      async (folder) => {
        await gone(folder, 'rollcall.db', 'keys', 'ledger-heads.jsonl');
        await writeFile(`${database(folder)}-wal`, 'what was not in the database yet');
      },
    ],
    [
      'the database of another, new service is there',
      async (folder) => {
        await gone(folder, 'rollcall.db');
        const other = await TestService.start();
        await other.stop();
        await cp(database(other.folder), database(folder));
      },
    ],
  ])('[S1] %s: nothing starts, nothing is made, and what to look at is said', async (_, lose) => {
    const folder = await livedIn();
    await lose(folder);
    const before = await contents(folder);
    const said = await refusal(folder);
    expect(said).toContain('database-missing');
    expect(said).toContain(database(folder));
    expect(said).toContain('rollcall restore FILE');
    const command = await rollcall(folder, ['domain', 'list']);
    expect([command.code, command.stderr]).toEqual([1, expect.stringContaining('database-missing')]);
    expect(await contents(folder)).toEqual(before);
  });

  test('[S1] a server certificate that the operator brought before the first start is no trace of a lost database', async () => {
    const from = join(await livedIn(), 'keys');
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'keys'));
    for (const name of ['server.crt', 'server.key']) await cp(join(from, name), join(folder, 'keys', name));
    await cp(join(from, 'ca.crt'), join(folder, 'keys', 'server-ca.crt'));
    const service = await TestService.start({ folder });
    expect(await service.stop()).toBe(0);
    expect(existsSync(join(folder, 'keys', 'ca.key'))).toBe(true);
  });

  test('[S1] a first start that was killed at any moment is carried on', async () => {
    const folder = await temporaryFolder();
    await writeFile(database(folder), '');
    await mkdir(join(folder, 'keys'));
    await writeFile(join(folder, 'keys', 'master.key.new'), 'half');
    await (await TestService.start({ folder })).kill9();
    expect((await rollcall(folder, ['domain', 'list'])).code).toBe(0);
  });
});

describe('a database without its keys', () => {
  test('[S1] that holds something sealed, but no device yet, gets no second set of keys', async () => {
    const folder = await temporaryFolder();
    const created = await rollcall(folder, [
      'domain',
      'create',
      'springfield',
      '--email',
      'a@example.org',
      '--password',
      'correct horse 1',
    ]);
    expect(created.code).toBe(0);
    expect((await rollcall(folder, ['domain', 'set', 'springfield', '--pairing-code', 'new'])).code).toBe(0);
    await rename(join(folder, 'keys'), join(folder, 'elsewhere'));
    const said = await refusal(folder);
    expect(said).toContain('key-file-unusable');
    expect(said).toContain(join(folder, 'keys', 'master.key'));
    await rm(join(folder, 'keys'), { recursive: true });
    await rename(join(folder, 'elsewhere'), join(folder, 'keys'));
    expect((await rollcall(folder, ['domain', 'list'])).code).toBe(0);
  });
});

describe('a damaged database', () => {
  const overwrite = async (file: string, at: number, bytes: Buffer): Promise<void> => {
    const handle = await open(file, 'r+');
    await handle.write(bytes, 0, bytes.length, at);
    await handle.close();
  };
  test.each<[string, (file: string) => Promise<void>]>([
    ['text in its place', (file) => writeFile(file, 'this is no database, though it is long enough for one'.repeat(100))],
    ['NUL bytes in its place', async (file) => writeFile(file, Buffer.alloc((await readFile(file)).length))],
    ['half of it', async (file) => truncate(file, 4096 * 40)],
    ['a page of its schema overwritten', (file) => overwrite(file, 100, Buffer.alloc(3900, 0xa5))],
  ])('[S1] %s: the file is named, and restore', async (_, damage) => {
    const folder = await livedIn();
    await damage(database(folder));
    for (const said of [await refusal(folder), (await rollcall(folder, ['ledger', 'verify'])).stderr]) {
      expect(said).toContain('database-damaged');
      expect(said).toContain(database(folder));
      expect(said).toContain('rollcall restore FILE');
    }
  });
});

describe('a damaged line of the signed heads', () => {
  test('[L5] is named by verify, and the service starts, stops and signs on', async () => {
    const folder = await livedIn();
    const heads = join(folder, 'ledger-heads.jsonl');
    await writeFile(heads, Buffer.concat([Buffer.alloc(200), Buffer.from('\n'), await readFile(heads)]));
    const service = await TestService.start({ folder });
    const verdict = await service.command('ledger', 'verify');
    expect([verdict.code, verdict.json]).toMatchObject([1, { ok: false, transfers: 1, sum: 0, damagedHeads: [{ line: 1 }] }]);
    await service.list([{ board: 'library' }]);
    await new BoardClient({ board: 'library', domain: 'springfield' }).enrol(service);
    expect(await service.stop()).toBe(0);
    expect((await readFile(heads, 'utf8')).trimEnd().split('\n').at(-1)).toContain('"n":2');
  });
});

test('[S4] a folder that cannot be written is not called one in use', async ({ skip }) => {
  const folder = await temporaryFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', folder]);
  if (mounted.status !== 0) return skip('this machine lets nobody mount');
  try {
    expect((await rollcall(folder, ['domain', 'list'])).stderr).toContain('folder-unusable');
  } finally {
    spawnSync('umount', [folder]);
  }
});
