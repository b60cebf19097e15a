import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { databaseBeside, enrolled, listBoards, START, temporaryFolder } from '../../test/support/store.ts';
import { readSettings } from '../service/config.ts';
import { openContext, type ServiceContext } from '../service/context.ts';
import { migrations } from '../service/migrations.ts';
import { backUp } from './backup.ts';
import { restore as restoreInto } from './restore.ts';

const quiet = pino({ level: 'silent' });
const fail = (error: Error): never => {
  throw error;
};

/** A data folder in use, with a domain; closed after the test at the latest. */
const ABOUT = { now: START, schemaVersion: migrations.length };
const restore = async (file: string, folder: string): ReturnType<typeof restoreInto> =>
  restoreInto(file, folder, migrations.length);

async function contextIn(folder: string): Promise<ServiceContext> {
  const context = await openContext(readSettings({ ROLLCALL_DATA: folder }), quiet, fail);
  let open = true;
  const close = async (): Promise<void> => {
    if (open) await context.close();
    open = false;
  };
  onTestFinished(close);
  return { ...context, close };
}

async function lived(): Promise<{ folder: string; context: ServiceContext; file: string }> {
  const folder = await temporaryFolder();
  const context = await contextIn(folder);
  await context.operator.createDomain({ name: 'springfield', email: 'a@example.org', password: 'correct horse battery' });
  await listBoards(
    context.store,
    Array.from({ length: 200 }, (_, n) => ({ serial: `SN-${n}`, credits: 3 })),
  );
  await enrolled(context.store, { serial: 'SN-0', now: Date.now() });
  await context.checkpoint();
  return { folder, context, file: join(await temporaryFolder(), 'backup') };
}

const keysOf = (folder: string): [string, string][] =>
  readdirSync(join(folder, 'keys')).map((name) => [name, readFileSync(join(folder, 'keys', name), 'hex')]);

const modeOf = (path: string): number => statSync(path).mode & 0o777;

/** A backup with something changed in it. */
function tampered(file: string, statement: string): string {
  const other = `${file}-${Math.random()}`;
  copyFileSync(file, other);
  const db = databaseBeside(other);
  db.exec(statement);
  db.close();
  return other;
}

describe('[S4] a backup', () => {
  test('[S4] of a service at work is whole, verified, its owner’s alone, and what was there before it', async () => {
    const { folder, context, file } = await lived();
    const working = Promise.all(
      Array.from({ length: 199 }, async (_, n) => enrolled(context.store, { serial: `SN-${n + 1}`, now: Date.now() })),
    );
    const made = await context.operator.backup(file);
    await working;
    expect(made).toEqual({ file, bytes: statSync(file).size, verified: true });
    expect(modeOf(file)).toBe(0o600);
    expect(readdirSync(join(file, '..'))).toEqual(['backup']);
    await context.checkpoint();

    const target = join(await temporaryFolder(), 'new');
    await restore(file, target);
    expect(keysOf(target)).toEqual(keysOf(folder));
    expect([modeOf(target), modeOf(join(target, 'keys')), modeOf(join(target, 'rollcall.db'))]).toEqual([0o700, 0o700, 0o600]);
    expect(readFileSync(join(target, 'rollcall.db')).includes('-----BEGIN PRIVATE KEY')).toBe(false);
    const again = await contextIn(target);
    expect(await again.operator.verifyLedger()).toMatchObject({ ok: true, domains: 1 });
    expect((await again.operator.showDomain('springfield')).devices).toBeGreaterThanOrEqual(1);
    expect(await again.store.reader.all("SELECT name FROM sqlite_schema WHERE name LIKE 'backup%'")).toEqual([]);
    // It is a service like any other: it goes on, and can be backed up again.
    expect(await again.operator.backup(`${file}-2`)).toMatchObject({ verified: true });
  });

  test('[S4] replaces nothing, needs an absolute path in a folder that is there, and leaves nothing when it fails', async () => {
    const { folder, file } = await lived();
    writeFileSync(file, 'somebody’s');
    for (const bad of [file, 'relative', join(folder, 'no', 'such', 'folder')]) {
      await expect(backUp(folder, bad, ABOUT)).rejects.toMatchObject({ code: 'backup-failed' });
    }
    await expect(backUp(join(folder, 'nothing here'), `${file}-2`, ABOUT)).rejects.toMatchObject({ code: 'backup-failed' });
    expect(readFileSync(file, 'utf8')).toBe('somebody’s');
    expect(readdirSync(join(file, '..'))).toEqual(['backup']);
  });

  test('[S4] [L5] of books that are wrong says so', async () => {
    const { folder, context, file } = await lived();
    await context.close();
    const db = databaseBeside(join(folder, 'rollcall.db'));
    db.exec('DROP TRIGGER transfers_are_not_changed; UPDATE transfers SET credits = credits + 1');
    db.close();
    expect(await backUp(folder, file, ABOUT)).toMatchObject({
      verified: false,
      flaw: expect.stringContaining('the books') as string,
    });
    await expect(restore(file, join(folder, 'new'))).rejects.toMatchObject({ code: 'backup-damaged' });
  });
});

describe('[S4] restoring', () => {
  test('[S4] refuses a folder in use or not empty, and touches nothing in it', async () => {
    const { folder, context, file } = await lived();
    await context.operator.backup(file);
    await expect(restore(file, folder)).rejects.toMatchObject({ code: 'folder-in-use' });
    await context.close();
    await expect(restore(file, folder)).rejects.toMatchObject({ code: 'folder-not-empty' });
    const home = await temporaryFolder();
    writeFileSync(join(home, 'letter.txt'), 'dear');
    const mode = modeOf(home);
    await expect(restore(file, home)).rejects.toMatchObject({ code: 'folder-not-empty' });
    expect([readdirSync(home), modeOf(home)]).toEqual([['letter.txt'], mode]);
  });

  test('[S4] refuses what is no whole backup before it writes anything', async () => {
    const { folder, context, file } = await lived();
    await context.operator.backup(file);
    await context.close();
    const target = join(await temporaryFolder(), 'new');
    const bytes = readFileSync(file);
    const cut = `${file}-cut`;
    writeFileSync(cut, bytes.subarray(0, bytes.length - 8192));
    const flipped = `${file}-flipped`;
    writeFileSync(flipped, Buffer.from(bytes.map((byte, at) => (at >= 3 * 4096 && at < 3 * 4096 + 64 ? 0xff : byte))));
    const text = `${file}-text`;
    writeFileSync(text, 'not a database at all, but long enough to be looked at');
    const outside = "INSERT INTO backup_files VALUES ('../outside', x'00')";
    const bad = [
      cut,
      flipped,
      text,
      `${file}-none`,
      folder,
      join(folder, 'rollcall.db'),
      tampered(file, outside),
      tampered(file, outside.replace('../outside', '/tmp/outside')),
      tampered(file, outside.replace('../outside', 'keys/../../outside')),
      tampered(file, outside.replace('../outside', 'keys/sub/x.key')),
      tampered(file, outside.replace('../outside', 'operator.json')),
      tampered(file, "DELETE FROM backup_files WHERE name = 'keys/ca.key'"),
      tampered(file, "UPDATE backup_files SET content = x'00' WHERE name = 'keys/ledger.key'"),
      tampered(file, 'DROP TRIGGER transfers_are_not_deleted; DELETE FROM transfers'),
      tampered(file, 'PRAGMA user_version = 999'),
    ];
    for (const one of bad) await expect(restore(one, target), one).rejects.toMatchObject({ code: 'backup-damaged' });
    expect(existsSync(target)).toBe(false);
    expect(existsSync(join(target, '..', 'outside'))).toBe(false);
  });

  test('[S4] that was interrupted keeps the service from starting, and can be repeated', async () => {
    const { context, file } = await lived();
    await context.operator.backup(file);
    await context.close();
    const target = await temporaryFolder();
    // What a crash in the middle leaves: the mark, some keys, half a database.
    writeFileSync(join(target, 'restoring'), '');
    mkdirSync(join(target, 'keys'));
    writeFileSync(join(target, 'keys', 'master.key'), 'half');
    writeFileSync(join(target, 'rollcall.db'), 'half');
    await expect(contextIn(target)).rejects.toMatchObject({ code: 'restore-unfinished' });
    await restore(file, target);
    expect((await (await contextIn(target)).operator.showDomain('springfield')).devices).toBe(1);
  });
});
