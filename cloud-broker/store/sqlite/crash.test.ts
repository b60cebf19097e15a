import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { balanceOf, temporaryFolder, testStore } from '../../../test/support/store.ts';
import { verifyLedger } from '../../ledger/verify-books.ts';

const CHILD = fileURLToPath(new URL('../../../test/support/writing-child.ts', import.meta.url));

/** Runs the child until it has printed `enough` ids, kills it in the middle of its writing, and returns all it printed. */
async function printedBeforeKilled(folder: string, enough: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.once('close', (_, signal) => resolve(signal));
  });
  const printed: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    printed.push(line);
    if (printed.length === enough) child.kill('SIGKILL');
  }
  expect(await ended).toBe('SIGKILL');
  return printed;
}

test('[E2] what was answered before the process was killed is there after it: every device, its credits, a sound file', async () => {
  const folder = await temporaryFolder();
  const printed = await printedBeforeKilled(folder, 300);
  expect(printed.length).toBeGreaterThanOrEqual(300);
  const store = await testStore(folder);
  const enrolledIds = new Set(
    (await store.reader.all<{ id: string }>("SELECT id FROM devices WHERE state = 'enrolled'")).map(({ id }) => id),
  );
  expect(printed.filter((id) => !enrolledIds.has(id))).toEqual([]);
  expect(await store.reader.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expect(await store.reader.all('PRAGMA foreign_key_check')).toEqual([]);
  expect(await balanceOf(store, 'springfield')).toBe(7 * enrolledIds.size);
  expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true, sum: 0, transfers: enrolledIds.size });
});
