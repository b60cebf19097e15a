import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { StatusKeeper } from './status-keeper.ts';

async function keeper(): Promise<{ status: StatusKeeper; file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-status-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const status = new StatusKeeper(folder);
  await status.flushed();
  const [name = ''] = readdirSync(folder);
  return { status, file: join(folder, name) };
}

test('what did not change is not written again: flash wears', async () => {
  const { status, file } = await keeper();
  const written = statSync(file).ino;
  status.change({ buffered: 0 });
  status.change({ connected: false, epoch: null });
  await status.flushed();
  expect(statSync(file).ino).toBe(written);
  status.change({ buffered: 0, lastHeartbeatAt: '2026-11-23T08:00:00.000Z' });
  await status.flushed();
  expect(statSync(file).ino).not.toBe(written);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ buffered: 0, lastHeartbeatAt: '2026-11-23T08:00:00.000Z' });
});
