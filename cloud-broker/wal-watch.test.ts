import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../test/support/process.ts';
import { testStore, START } from '../test/support/store.ts';
import { startWalWatch, walBytes } from './wal-watch.ts';

const MEBIBYTE = 1024 * 1024;

interface Told {
  bytes: number;
  level: 'warn' | 'info';
}

function watched(file: string, bytes?: () => number): Told[] {
  const told: Told[] = [];
  const tell =
    (level: Told['level']) =>
    (about: object): void =>
      void told.push({ level, bytes: (about as { bytes: number }).bytes });
  const watch = startWalWatch(file, { warn: tell('warn'), info: tell('info') }, 1, bytes);
  onTestFinished(() => watch.stop());
  return told;
}

test('the log beside the database is told of when it grows beyond what is usual, each time it has doubled, and when it is over', async () => {
  const size = { now: 40 * MEBIBYTE };
  let looks = 0;
  const told = watched('', () => {
    looks += 1;
    return size.now;
  });
  const after = async (mebibytes: number): Promise<string[]> => {
    size.now = mebibytes * MEBIBYTE;
    const seen = looks;
    await eventually(
      () => looks,
      (now) => now > seen + 2,
      'another look',
    );
    return told.splice(0).map(({ level, bytes }) => `${level} ${bytes / MEBIBYTE}`);
  };
  expect(await after(47)).toEqual([]);
  expect(await after(60)).toEqual(['warn 60']);
  expect(await after(110)).toEqual([]);
  expect(await after(121)).toEqual(['warn 121']);
  expect(await after(16)).toEqual(['info 16']);
  expect(await after(50)).toEqual(['warn 50']);
});

test('a real reader that does not end makes it grow; when it is gone the log is written back and cut, so that it is over', async () => {
  const store = await testStore();
  const told = watched(store.file);
  const note = 'x'.repeat(MEBIBYTE);
  const writer = new DatabaseSync(store.file);
  onTestFinished(() => writer.close());
  writer.exec('PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0; CREATE TABLE ballast (text TEXT)');
  const reader = new DatabaseSync(store.file, { readOnly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM domains').get();
  for (let n = 0; n < 60; n += 1) writer.prepare('INSERT INTO ballast VALUES (?)').run(note);
  await eventually(
    () => told.map(({ level }) => level),
    (levels) => levels.includes('warn'),
    'the warning',
  );
  reader.close();
  // The service's own next commits write it back.
  for (let n = 0; n < 3; n += 1) await store.write('noteRun', { startedAt: START, now: START + n });
  await eventually(
    () => told.map(({ level }) => level),
    (levels) => levels.at(-1) === 'info',
    'the all-clear',
  );
  expect(walBytes(store.file)).toBeLessThanOrEqual(17 * MEBIBYTE);
});
