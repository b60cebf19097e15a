import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { KeyFileError, KeyFolder } from './files.ts';
import { openTicketKeys } from './ticket-keys.ts';

const NOW = Date.UTC(2026, 10, 30);
const WEEK_MS = 7 * 86_400_000;

/** A data folder, with these bytes as its ticket keys. */
function dataFolder(bytes?: Uint8Array): { folder: string; file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-tickets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'keys', 'ticket.keys');
  mkdirSync(join(folder, 'keys'));
  if (bytes !== undefined) writeFileSync(file, bytes);
  return { folder, file };
}

test('[S1] ticket keys last a week over restarts, whether they are changed while the service runs or at its start', () => {
  const { folder, file } = dataFolder();
  const open = (now: number) => openTicketKeys(new KeyFolder(folder), now);
  const first = open(NOW);
  const { current } = first;
  expect(current.length).toBe(48);
  expect(open(NOW + WEEK_MS - 1).current).toEqual(current);
  expect(first.rotate(NOW + WEEK_MS - 1)).toBeNull();
  const next = first.rotate(NOW + WEEK_MS);
  expect(next?.length).toBe(48);
  expect(next).not.toEqual(current);
  expect(first.current).toEqual(next);
  expect(open(NOW + 2 * WEEK_MS - 1).current).toEqual(next);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const atStart = open(NOW + 2 * WEEK_MS).current;
  expect(atStart).not.toEqual(next);
  // A clock that was a year ahead keeps no key alive for a year.
  expect(open(NOW).current).not.toEqual(atStart);
});

test('[S1] a file without a time opens, and its week begins then', () => {
  const { folder, file } = dataFolder(Buffer.alloc(48, 7));
  const tickets = openTicketKeys(new KeyFolder(folder), NOW);
  expect(tickets.current).toEqual(Buffer.alloc(48, 7));
  expect(readFileSync(file).length).toBe(56);
  expect(openTicketKeys(new KeyFolder(folder), NOW + WEEK_MS - 1).current).toEqual(tickets.current);
  expect(openTicketKeys(new KeyFolder(folder), NOW + WEEK_MS).current).not.toEqual(tickets.current);
});

test('[S1] a file of any other length is named, and left as it is', () => {
  const { folder, file } = dataFolder(Buffer.alloc(49));
  expect(() => openTicketKeys(new KeyFolder(folder), NOW)).toThrow(KeyFileError);
  expect(readFileSync(file)).toEqual(Buffer.alloc(49));
});
