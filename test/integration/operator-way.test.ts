/** How commands find the service of their data folder, and whom they believe. */
import { once } from 'node:events';
import { chmod, chown, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockFolder } from '../../cloud-broker/store/sqlite/folder-lock.ts';
import { childEnvironment, ROOT, TestProcess } from '../support/process.ts';
import { rollcall, TestService } from '../support/service.ts';
import { temporaryFolder } from '../support/store.ts';

const CREATE = ['domain', 'create', 'springfield', '--email', 'a@springfield.example', '--password', 'correct horse 7 battery'];
const SOCKET = 'operator.sock';

/** A stranger who says yes to everything, and what he was told. */
async function stranger(at: { path: string } | { port: number; host: string }): Promise<{ port: number; heard: string[] }> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ok: true, domains: 7, transfers: 7, sum: 0, http: 'http://127.0.0.1:1' }));
  });
  server.listen(at);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, heard };
}

test('[S4] after kill -9 nobody who took the dead service’s place is believed: commands work offline', async () => {
  const service = await TestService.start();
  await service.domain('shelbyville');
  const socket = join(service.folder, SOCKET);
  await service.kill9();
  expect((await stat(socket)).isSocket()).toBe(true);
  expect(await service.command('ledger', 'verify')).toMatchObject({ code: 0, json: { ok: true, domains: 1 } });

  await rm(socket);
  const [here, there] = [await stranger({ path: socket }), await stranger({ port: 0, host: '127.0.0.1' })];
  const left = { url: `http://127.0.0.1:${there.port}`, token: 'x'.repeat(43), pid: process.pid };
  await writeFile(join(service.folder, 'operator.json'), JSON.stringify(left));
  expect(await service.command(...CREATE)).toMatchObject({ code: 0, json: { name: 'springfield', status: 'trial' } });
  expect(await service.command('ledger', 'verify')).toMatchObject({ code: 0, json: { ok: true, domains: 2 } });
  const simulated = await service.command('simulate', '--domain', 'springfield', '--boards', '1');
  expect([simulated.code, simulated.stderr]).toEqual([1, expect.stringContaining('no service is running on the data folder')]);
  await service.restart();
  expect(await service.command('domain', 'list')).toMatchObject({ code: 0, json: { items: [{}, {}] } });
  expect([...here.heard, ...there.heard]).toEqual([]);
});

test('commands go through the running service, wherever its folder lies and whatever proxies it believes', async () => {
  const folder = join(await temporaryFolder(), 'd'.repeat(100), 'e'.repeat(100));
  await mkdir(folder, { recursive: true });
  const service = await TestService.start({ folder, environment: { ROLLCALL_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8' } });
  expect(await service.command(...CREATE)).toMatchObject({ code: 0, json: { name: 'springfield' } });
  expect(service.log.all.filter((line) => line['route'] === '/api/v1/operator/domains')).toMatchObject([{ status: 201 }]);
  const { mode } = await stat(join(folder, SOCKET));
  expect([mode & 0o777, (await stat(folder)).mode & 0o777]).toEqual([0o600, 0o700]);
  // Somebody lets the others in: the next command takes that back.
  await chmod(folder, 0o777);
  expect(await service.command('domain', 'list')).toMatchObject({ code: 0 });
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(await service.stop()).toBe(0);
  await expect(stat(join(folder, SOCKET))).rejects.toThrow('ENOENT');
});

test('what stands in the socket’s place while the service runs is not believed where another user put it there', async ({
  skip,
}) => {
  if (process.geteuid?.() !== 0) return skip('only root can give files away');
  const service = await TestService.start();
  const socket = join(service.folder, SOCKET);
  await rm(socket);
  const other = await stranger({ path: socket });
  await chown(socket, 65_534, 65_534);
  const refused = await service.command(...CREATE);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('folder-not-private')]);
  expect(other.heard).toEqual([]);
});

const AS_ANOTHER = `
  import { explain } from ${JSON.stringify(join(ROOT, 'cloud-broker/cli/output.ts'))};
  import { withOperator } from ${JSON.stringify(join(ROOT, 'cloud-broker/cli/with-operator.ts'))};
  process.seteuid(65534);
  await withOperator(async () => undefined).catch((error) => console.log(explain(error)));
`;

test('another user’s folder is refused with the user to be', async ({ skip }) => {
  if (process.geteuid?.() !== 0) return skip('only root can be somebody else');
  const env = childEnvironment({ ROLLCALL_DATA: await temporaryFolder() });
  const other = new TestProcess(process.execPath, ['--input-type=module', '-e', AS_ANOTHER], { env });
  expect((await other.ended).stdout).toMatch(
    /^folder-not-private: .*\n[^]*Next step: Run the command as the user that the service runs as/,
  );
});

test('without a token the operator’s API is no path of the HTTP port, from loopback neither', async () => {
  const service = await TestService.start();
  const answer = async (path: string): Promise<unknown> => {
    const response = await fetch(`${service.http}${path}`, { headers: { authorization: 'Bearer x' } });
    const { correlationId: _own, ...body } = (await response.json()) as Record<string, unknown>;
    return { status: response.status, body };
  };
  const unknown = await answer('/api/v1/no-such-path');
  expect(unknown).toMatchObject({ status: 404, body: { code: 'not-found' } });
  for (const path of ['', '/', '/domains', '/listening', '/ledger/verify', '/nothing'])
    expect(await answer(`/api/v1/operator${path}`)).toEqual(unknown);
  expect(JSON.stringify(await (await fetch(`${service.http}/api/openapi.json`)).json())).not.toContain('/operator');
});

test('[S4] commands that meet in a folder wait for each other; where no service answers in time they say who has it', async () => {
  const folder = await temporaryFolder();
  const all = await Promise.all([
    rollcall(folder, CREATE),
    rollcall(folder, ['domain', 'list']),
    rollcall(folder, ['ledger', 'verify']),
  ]);
  expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
  const lock = lockFolder(folder);
  onTestFinished(() => lock.release());
  const refused = await rollcall(folder, ['domain', 'list']);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('folder-in-use')]);
});
