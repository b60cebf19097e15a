import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Place } from './support/agent-process.ts';
import { FakeService } from './support/fake-service.ts';

test('systemd hears that the agent is up, then that its loop turns, then that it stops', async () => {
  const service = await FakeService.start();
  const place = new Place({ ROLLCALL_URL: service.url });
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-notify-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const heard = join(folder, 'heard');
  const tool = join(folder, 'systemd-notify');
  writeFileSync(tool, `#!/bin/sh\necho "$1" >>${heard}\n`);
  chmodSync(tool, 0o755);
  const lines = (): string[] => (existsSync(heard) ? readFileSync(heard, 'utf8').trim().split('\n') : []);
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const watcher = watch(folder, () => {
        if (!holds()) return;
        watcher.close();
        resolve();
      });
    });
  await place.run(['enroll', '--domain', 'school1']);
  const alive = until(() => lines().filter((line) => line === 'WATCHDOG=1').length >= 2);
  const stopped = until(() => lines().at(-1) === '--stopping');
  const agent = place.start(['run', '--json'], {
    PATH: `${folder}:${process.env['PATH'] ?? ''}`,
    NOTIFY_SOCKET: '/run/none',
    WATCHDOG_USEC: '300000',
  });
  await alive;
  expect(lines()[0]).toBe('--ready');
  agent.kill('SIGTERM');
  expect(await agent.exit()).toBe(0);
  await stopped;
});
