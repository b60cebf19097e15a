/** A clock that jumped, ahead or back, while the service runs or before it starts: nothing is dated by it until somebody has said that it is right. */
import { rmSync, writeFileSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { BoardClient } from '../support/board-client.ts';
import { eventually, ROOT } from '../support/process.ts';
import { rollcall, TestService } from '../support/service.ts';
import { databaseBeside, temporaryFolder } from '../support/store.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** A service on a machine whose clock can be set. */
async function onSettableClock(folder?: string): Promise<{ service: TestService; set(days: number): void }> {
  const file = join(await temporaryFolder(), 'clock');
  const environment = { NODE_OPTIONS: `--import ${join(ROOT, 'test', 'support', 'set-clock.mjs')}`, TEST_CLOCK_FILE: file };
  const service = await TestService.start({ environment, ...(folder === undefined ? {} : { folder }) });
  return { service, set: (days) => (days === 0 ? rmSync(file) : writeFileSync(file, String(days * DAY_MS))) };
}

const off = async (http: string): Promise<number> =>
  Number(/^rollcall_clock_off_seconds (\S+)$/m.exec(await (await fetch(`${http}/metrics`)).text())?.[1]);
/** Whole days from now. */
const days = (iso: unknown): number => Math.round((Date.parse(String(iso)) - Date.now()) / DAY_MS) + 0;
const createDomain = (service: TestService, name: string) =>
  service.command('domain', 'create', name, '--email', 'a@example.org', '--password', 'correct horse battery');

test.each([
  ['ahead', 3650],
  ['back', -400],
])('[D3] [E5] [L6] a clock that jumps ten years ahead, or far back, while the service runs: %s', async (_, by) => {
  const { service, set } = await onSettableClock();
  await service.domain('springfield');
  await service.list([{ board: 'hall' }, { board: 'gym' }]);
  const hall = new BoardClient({ board: 'hall', domain: 'springfield' });
  const accepted = await hall.enrol(service);
  const link = await hall.connect(service, accepted);
  set(by);
  const refused = await createDomain(service, 'shelbyville');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('clock-doubtful')]);
  expect(refused.stderr).toContain('rollcall clock accept');
  const asked = await new BoardClient({ board: 'gym', domain: 'springfield' }).ask(service);
  expect(asked).toMatchObject({ type: 'rejected', code: 'busy' });
  // What was there goes on: it renews, and it is heard at the right time.
  expect(await hall.enrol(service)).toMatchObject({ replay: true, deviceId: accepted.deviceId });
  await link.heartbeat();
  expect(days((await rollcall(service.folder, ['clock'])).json?.['service'])).toBe(0);
  const heard = () => {
    const database = databaseBeside(join(service.folder, 'rollcall.db'), { readOnly: true });
    const row = database.prepare('SELECT max(last_heartbeat_at) AS at FROM presence').get();
    database.close();
    return row?.['at'];
  };
  expect(Math.abs(Number(await eventually(heard, (at) => at !== null, 'the heartbeat')) - Date.now())).toBeLessThan(HOUR_MS);
  expect(Math.round((await off(service.http)) / 86_400)).toBe(by);
  expect((await rollcall(service.folder, ['clock', 'show'])).json).toMatchObject({ believed: false });
  set(0);
  expect((await rollcall(service.folder, ['clock'])).json).toMatchObject({ believed: true });
  expect(await off(service.http)).toBe(0);
  const created = await createDomain(service, 'shelbyville');
  expect([created.code, days(created.json?.['trialEndsAt'])]).toEqual([0, 30]);
  expect(await new BoardClient({ board: 'gym', domain: 'springfield' }).ask(service)).toMatchObject({ type: 'accepted' });
  expect((await service.command('ledger', 'verify')).json).toMatchObject({ ok: true });
  link.session.drop();
});

let used = '';
afterAll(() => rm(used, { recursive: true, force: true }));

/** A folder that was last used so many days ago. Made once, copied for each test. */
async function leftFor(daysAgo: number): Promise<string> {
  if (used === '') {
    const service = await TestService.start();
    await service.domain('springfield');
    await service.list([{ board: 'hall' }]);
    expect(await service.stop()).toBe(0);
    used = `${service.folder}-used`;
    await cp(service.folder, used, { recursive: true });
  }
  const folder = await temporaryFolder();
  await cp(used, folder, { recursive: true });
  const database = databaseBeside(join(folder, 'rollcall.db'));
  database.exec(`UPDATE service_clock SET believed_at = believed_at - ${daysAgo * DAY_MS}`);
  database.close();
  return folder;
}

test.each([
  ['ahead', 90],
  ['back', -90],
])(
  '[D3] a start months after what was stored, or before it, waits for the operator’s word, offline too, and says what to do: %s',
  async (_, daysAgo) => {
    const folder = await leftFor(daysAgo);
    const offline = await rollcall(folder, [
      'domain',
      'create',
      'ogdenville',
      '--email',
      'a@example.org',
      '--password',
      'correct horse 1',
    ]);
    expect([offline.code, offline.stderr]).toEqual([1, expect.stringContaining('clock-doubtful')]);
    const { service } = await onSettableClock(folder);
    expect((await fetch(`${service.http}/readyz`)).status).toBe(200);
    await service.log.until((line) => line.msg?.includes('rollcall clock accept') === true);
    const board = new BoardClient({ board: 'hall', domain: 'springfield' });
    expect(await board.ask(service)).toMatchObject({ type: 'rejected', code: 'busy' });
    expect((await service.command('clock', 'accept')).json).toMatchObject({ believed: true });
    expect(await board.ask(service)).toMatchObject({ type: 'accepted', credits: { reason: 'granted' } });
    expect(days((await createDomain(service, 'shelbyville')).json?.['trialEndsAt'])).toBe(30);
    expect(await service.stop()).toBe(0);
    // It stands: the next start believes the clock.
    expect((await rollcall(folder, ['clock'])).json).toMatchObject({ believed: true });
  },
);

test('three weeks of holidays need nobody’s word', async () => {
  const folder = await leftFor(21);
  expect((await rollcall(folder, ['clock'])).json).toMatchObject({ believed: true });
  const { service } = await onSettableClock(folder);
  expect(await new BoardClient({ board: 'hall', domain: 'springfield' }).ask(service)).toMatchObject({ type: 'accepted' });
});
