import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDatabase } from '../support/database-copy.ts';
import { eventually } from '../support/process.ts';
import { TestService } from '../support/service.ts';
import { SimulationProcess } from '../support/simulation.ts';

const simulate = async (
  service: Pick<TestService, 'http' | 'folder'>,
  ...args: string[]
): Promise<Awaited<SimulationProcess['ended']>> => new SimulationProcess(service, ...args).ended;

test('[E3] `simulate` run twice with one seed renews: the same devices, no second grant; its figures add up', async () => {
  const service = await TestService.start();
  const admin = await service.domain('springfield');
  const listed = join(service.folder, 'boards.csv');
  expect(await simulate(service, '--boards', '8', '--seed', 'wall', '--register', listed)).toMatchObject({ code: 0 });
  expect(await readFile(listed, 'utf8')).toContain('SIM-WALL-8');
  expect((await service.command('register', 'import', listed)).json).toMatchObject({ added: 8, rejected: [] });

  const wall = ['--domain', ' Springfield ', '--boards', '8', '--seed', 'wall'];
  const first = await simulate(service, ...wall);
  expect(first).toMatchObject({ code: 0, figures: { boards: 8, accepted: 8, pending: 0, rejected: 0, heartbeats: 8 } });
  expect(first.figures?.enrolP50Ms).toBeGreaterThan(0);
  expect(first.figures?.enrolP99Ms).toBeGreaterThanOrEqual(first.figures?.enrolP50Ms ?? Infinity);
  const devices = (await admin.devices()).map(({ id }) => id);
  expect(devices).toHaveLength(8);
  expect(await admin.devices({ status: 'offline' }), 'they said goodbye').toHaveLength(8);

  const again = await simulate(service, ...wall, '--heartbeats', '2', '--storms', '1');
  expect(again).toMatchObject({ code: 0, figures: { accepted: 8, storms: 1, rejected: 0, unanswered: 0 } });
  expect(again.figures?.heartbeats, 'one a session').toBeGreaterThanOrEqual(16);
  expect(again.figures?.backP99Ms).toBeGreaterThan(0);
  expect((await admin.devices()).map(({ id }) => id).toSorted()).toEqual(devices.toSorted());
  expect(await admin.history()).toHaveLength(8);
  await service.kill9();
  const certificates = 'SELECT count(*) AS given, count(revoked_at) AS revoked FROM certificates';
  expect(await readDatabase(service.folder, certificates), 'renewed, not replaced').toEqual([{ given: 16, revoked: 0 }]);
});

test('[E11] `simulate` says why boards were refused, waits with those that are pending, and ends as the contract says', async () => {
  const service = await TestService.start();
  const admin = await service.domain('springfield');
  const refused = await simulate(service, '--domain', 'nowhere', '--boards', '2');
  expect(refused).toMatchObject({ code: 1, figures: { rejected: 2, reasons: { 'domain-unknown': 2 } } });
  expect(refused.stderr).toContain('domain-unknown: 2 boards');

  const waits = await simulate(service, '--domain', 'springfield', '--boards', '2', '--heartbeats', '0.5');
  expect(waits).toMatchObject({ code: 0, figures: { accepted: 0, pending: 2, heartbeats: 0 } });
  expect(await admin.devices({ status: 'pending' })).toHaveLength(2);

  for (const wrong of [[], ['--boards', '0'], ['--boards', '2'], ['--boards', '2', '--domain', 'd', '--clones', '3']])
    expect((await simulate(service, ...wrong)).code, wrong.join(' ')).toBe(2);
  const lost = await simulate({ folder: service.folder, http: 'http://127.0.0.1:1' }, '--domain', 'd', '--boards', '1');
  expect(lost).toMatchObject({ code: 1, figures: null });
  expect(lost.stderr).toContain('connection-refused');
});

test('[P3] clones take one device over from each other, again and again: one device, and it flaps', async () => {
  const service = await TestService.start({ environment: { ROLLCALL_JITTER_S: '0' } });
  const admin = await service.domain('springfield');
  await service.list([{ board: 'twin-1' }]);
  const twin = ['--domain', 'springfield', '--boards', '1', '--clones', '1', '--seed', 'twin'];
  const twins = new SimulationProcess(service, ...twin, '--heartbeats', '600');
  await eventually(
    async () => admin.devices(),
    ([device]) => device?.flapping === true,
    'flapping',
  );
  expect(await twins.stop()).toMatchObject({ code: 0, figures: { accepted: 1, clones: 1 } });
  expect(await admin.devices()).toHaveLength(1);
});
