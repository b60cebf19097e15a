import { expect, onTestFinished, test } from 'vitest';
import { databaseBeside, START, testStore } from '../../test/support/store.ts';
import { walBytes, walWatch } from './wal-watch.ts';

const MEBIBYTE = 1024 * 1024;

interface Told {
  bytes: number;
  level: 'warn' | 'info';
}

function watched(file: string, bytes?: () => number): { look: () => void; told: Told[] } {
  const told: Told[] = [];
  const tell =
    (level: Told['level']) =>
    (about: object): void =>
      void told.push({ level, bytes: (about as { bytes: number }).bytes });
  return { look: walWatch(file, { warn: tell('warn'), info: tell('info') }, bytes), told };
}

test('the log beside the database is told of when it grows beyond what is usual, each time it has doubled, and when it is over', () => {
  const size = { now: 40 * MEBIBYTE };
  const { look, told } = watched('', () => size.now);
  const after = (mebibytes: number): string[] => {
    size.now = mebibytes * MEBIBYTE;
    for (let looks = 0; looks < 3; looks += 1) look();
    return told.splice(0).map(({ level, bytes }) => `${level} ${bytes / MEBIBYTE}`);
  };
  expect(after(47)).toEqual([]);
  expect(after(60)).toEqual(['warn 60']);
  expect(after(110)).toEqual([]);
  expect(after(121)).toEqual(['warn 121']);
  expect(after(16)).toEqual(['info 16']);
  expect(after(50)).toEqual(['warn 50']);
});

test('a real reader that does not end makes it grow; when it is gone the log is written back and cut, so that it is over', async () => {
  const store = await testStore();
  const { look, told } = watched(store.file);
  const note = 'x'.repeat(MEBIBYTE);
  const writer = databaseBeside(store.file);
  onTestFinished(() => writer.close());
  writer.exec('PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0; CREATE TABLE ballast (text TEXT)');
  const reader = databaseBeside(store.file, { readOnly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM domains').get();
  for (let n = 0; n < 60; n += 1) writer.prepare('INSERT INTO ballast VALUES (?)').run(note);
  look();
  expect(told).toMatchObject([{ level: 'warn' }]);
  reader.close();
  // The service's own next commits write it back.
  for (let n = 0; n < 3; n += 1) await store.write('noteRun', { startedAt: START, now: START + n });
  look();
  expect(told.at(-1)).toMatchObject({ level: 'info' });
  expect(walBytes(store.file)).toBeLessThanOrEqual(17 * MEBIBYTE);
});
