/** What a full or broken disk, a log that nobody takes, or an outside lock does to a service at work: nothing that it does not get over by itself. */
import { execFileSync, spawn, spawnSync, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BoardClient } from '../support/board-client.ts';
import { childEnvironment, CLI, eventually } from '../support/process.ts';
import { passwordOf, TestService } from '../support/service.ts';
import { databaseBeside, temporaryFolder } from '../support/store.ts';

async function readiness(http: string): Promise<{ status: number; reason: string }> {
  const response = await fetch(`${http}/readyz`);
  const { reason = '' } = (await response.json()) as { reason?: string };
  return { status: response.status, reason };
}

async function becomes(http: string, status: number): Promise<string> {
  const { reason } = await eventually(
    () => readiness(http),
    (seen) => seen.status === status,
    `readiness ${status}`,
  );
  return reason;
}

async function figure(http: string, name: string): Promise<number> {
  const text = await (await fetch(`${http}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** From now on no file of the process grows beyond so many bytes: a write beyond it fails, as on a disk that is full or broken. */
function limitFiles(pid: number, bytes: number | 'unlimited'): void {
  execFileSync('prlimit', [`--pid=${pid}`, `--fsize=${bytes}:unlimited`]);
}

const signIn = (http: string): Promise<Response> =>
  fetch(`${http}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: http },
    body: JSON.stringify({ user: 'admin@springfield', password: passwordOf('springfield') }),
  });

const board = (): BoardClient => new BoardClient({ board: 'hall', domain: 'springfield' });

/** A small disk of its own under the data folder; null where this machine lets nobody mount. */
async function smallDisk(): Promise<{ folder: string; fill(): void; clear(): void } | null> {
  const folder = await temporaryFolder();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'none', folder]).status !== 0) return null;
  onTestFinished(() => void spawnSync('umount', ['--lazy', folder]));
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill: () => void spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k']),
    clear: () => rmSync(ballast),
  };
}

/** Nothing can be written from `fail` on, and everything again from `mend` on. */
async function comesBack(service: TestService, { fail, mend }: { fail(): void; mend(): void }): Promise<void> {
  const admin = await service.domain('springfield');
  await service.list([{ board: 'hall' }]);
  const { deviceId } = await board().enrol(service);
  expect(await readiness(service.http)).toEqual({ status: 200, reason: '' });
  fail();
  await expect(admin.change(deviceId, { label: 'Hall' })).rejects.toMatchObject({ code: 'internal' });
  expect(await becomes(service.http, 503)).toMatch(/^nothing can be stored: (disk I\/O error|database or disk is full)$/);
  expect(await figure(service.http, 'rollcall_store_writable')).toBe(0);
  const asked = await new BoardClient({ board: 'other', domain: 'springfield' }).ask(service);
  expect(asked).toMatchObject({ type: 'rejected', code: 'internal' });
  expect(await admin.devices()).toMatchObject([{ id: deviceId, label: expect.not.stringMatching('Hall') }]);
  mend();
  await becomes(service.http, 200);
  expect(await figure(service.http, 'rollcall_store_writable')).toBe(1);
  expect(await admin.change(deviceId, { label: 'Hall' })).toMatchObject({ label: 'Hall' });
  expect((await service.command('ledger', 'verify')).json).toMatchObject({ ok: true });
  expect(await service.stop()).toBe(0);
}

test('[P5] while every write fails the service stays, says on /readyz that it is not ready and why, and is ready again by itself', async () => {
  const service = await TestService.start();
  await comesBack(service, {
    fail: () => limitFiles(service.pid, 4096),
    mend: () => limitFiles(service.pid, 'unlimited'),
  });
});

test('[P5] so it does when its disk is full', async ({ skip }) => {
  const disk = await smallDisk();
  if (disk === null) return skip('this machine lets nobody mount');
  await comesBack(await TestService.start({ folder: disk.folder }), { fail: disk.fill, mend: disk.clear });
});

test('[S4] a service that is told to stop while nothing can be written ends, and what it had stored is there', async () => {
  const service = await TestService.start();
  await service.domain('springfield');
  limitFiles(service.pid, 4096);
  await service.stop();
  await service.restart();
  expect(await service.operator().showDomain('springfield')).toMatchObject({ name: 'springfield' });
});

/** The service with its output elsewhere than in the test; on a port that was free a moment ago. */
async function serveInto(stdio: StdioOptions): Promise<{ http: string; child: ReturnType<typeof spawn> }> {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await new Promise((resolve) => {
    taken.close(resolve);
  });
  const env = childEnvironment({
    ROLLCALL_DATA: await temporaryFolder(),
    ROLLCALL_HTTP_PORT: String(port),
    ROLLCALL_MQTT_HOST: '127.0.0.1',
    ROLLCALL_MQTT_PORT: '0',
  });
  const child = spawn(process.execPath, [CLI, 'serve', '--json'], { env, stdio });
  onTestFinished(() => void child.kill('SIGKILL'));
  const http = `http://127.0.0.1:${port}`;
  await eventually(
    () =>
      fetch(`${http}/readyz`).then(
        ({ status }) => status,
        () => 0,
      ),
    (status) => status === 200,
    'that it answers',
  );
  return { http, child };
}

async function outlivesRequests({ http, child }: Awaited<ReturnType<typeof serveInto>>): Promise<void> {
  for (let n = 0; n < 20; n += 1) expect((await fetch(`${http}/api/v1/devices`)).status).toBe(401);
  expect(await figure(http, 'rollcall_log_failures_total')).toBeGreaterThan(10);
  expect(child.exitCode).toBeNull();
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
}

test('a full disk under the log and under standard output ends nothing; what failed is counted', async () => {
  const full = openSync('/dev/full', 'w');
  try {
    await outlivesRequests(await serveInto(['ignore', full, full]));
  } finally {
    closeSync(full);
  }
});

test('a log whose reader is gone ends nothing; what failed is counted', async () => {
  const service = await serveInto(['ignore', 'pipe', 'pipe']);
  service.child.stdout?.destroy();
  service.child.stderr?.destroy();
  await outlivesRequests(service);
});

test('a command whose answer cannot be written fails, without a word of a programmer’s', async () => {
  const full = openSync('/dev/full', 'w');
  const env = childEnvironment({ ROLLCALL_DATA: await temporaryFolder() });
  const child = spawn(process.execPath, [CLI, 'domain', 'list', '--json'], {
    env,
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(said).not.toContain('    at ');
});

test('[E10] who writes while another program holds the database locked is told busy, and when to come again; readiness tells why', async () => {
  const service = await TestService.start();
  const admin = await service.domain('springfield');
  await service.list([{ board: 'hall' }, { board: 'gym' }]);
  const { deviceId } = await board().enrol(service);
  const outside = databaseBeside(join(service.folder, 'rollcall.db'));
  onTestFinished(() => outside.close());
  outside.exec('BEGIN IMMEDIATE');
  const [signed, changed, asked] = await Promise.all([
    signIn(service.http),
    admin.change(deviceId, { label: 'Hall' }).catch((error: unknown) => error),
    new BoardClient({ board: 'gym', domain: 'springfield' }).ask(service),
  ]);
  expect([signed.status, Number(signed.headers.get('retry-after')) > 0]).toEqual([429, true]);
  expect(await signed.json()).toMatchObject({ code: 'busy' });
  expect(changed).toMatchObject({ status: 429, code: 'busy' });
  expect(asked).toMatchObject({ type: 'rejected', code: 'busy', retryAfterS: expect.any(Number) });
  expect(await becomes(service.http, 503)).toBe('nothing can be stored: database is locked');
  outside.exec('ROLLBACK');
  await becomes(service.http, 200);
  expect(await admin.change(deviceId, { label: 'Hall' })).toMatchObject({ label: 'Hall' });
});

test('a reader that does not end lets the log beside the database grow: the figure shows it, and it is written back when the reader is gone', async () => {
  const service = await TestService.start();
  const admin = await service.domain('springfield');
  await service.list([{ board: 'hall' }]);
  const { deviceId } = await board().enrol(service);
  const reader = databaseBeside(join(service.folder, 'rollcall.db'), { readOnly: true });
  onTestFinished(() => reader.close());
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM domains').get();
  const before = await figure(service.http, 'rollcall_wal_bytes');
  for (let n = 0; n < 50; n += 1) await admin.change(deviceId, { label: `Hall ${n}` });
  expect(await figure(service.http, 'rollcall_wal_bytes')).toBeGreaterThan(before);
});
