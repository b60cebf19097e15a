import { chownSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { lockName } from './lock.ts';
import { AgentProcess, Place } from './support/agent-process.ts';
import { FakeService, pending, rejected } from './support/fake-service.ts';

/** Commands beside a running agent: it has the folder, so it does them (operations.md). */
let service: FakeService;
let place: Place;

beforeEach(async () => {
  service = await FakeService.start();
  place = new Place({ ROLLCALL_URL: service.url });
});

async function running(environment: Record<string, string> = {}): Promise<AgentProcess> {
  await place.run(['enroll', '--domain', 'school1']);
  const agent = place.start(['run', '--json'], environment);
  await agent.event('connected');
  return agent;
}
const socket = () => join(place.folder, 'control');

/** What the folder's lock says to this, whoever asks. */
async function answerTo(wish: object): Promise<string> {
  const client = connect({ path: await lockName(place.folder) }).on('error', () => undefined);
  let said = '';
  client.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  client.write(`${JSON.stringify(wish)}\n`);
  await new Promise((resolve) => client.on('close', resolve));
  return said;
}

describe('beside `run`', () => {
  test('enroll: the running agent does it and goes on with what came of it', async () => {
    const agent = await running();
    const { code, json } = await place.run(['enroll', '--domain', 'school2'], { LANG: 'fr_FR.UTF-8' });
    expect([code, json]).toMatchObject([
      0,
      { outcome: 'accepted', domain: 'school2', deviceId: place.state().enrolment?.deviceId },
    ]);
    await agent.log.until((line) => line.event === 'connected' && line['epoch'] !== 1);
    expect(place.state().enrolment?.domain).toBe('school2');
    expect(service.of('will')).toMatchObject([{ reason: 'shutdown' }]);
  });

  test('[E11] a refusal there is told here, in this person’s language, and disturbs no enrolment', async () => {
    const agent = await running();
    service.behaviour.onProof = rejected('pairing-code-wrong');
    const { code, json } = await place.run(['enroll', '--domain', 'school2', '--pairing-code', 'ABCD-1234'], {
      LANG: 'fr_FR.UTF-8',
    });
    expect([code, json]).toMatchObject([1, { outcome: 'rejected', code: 'pairing-code-wrong', message: 'Code incorrect.' }]);
    await agent.log.until((line) => line.event === 'connected' && line['epoch'] !== 1);
    expect(place.state().enrolment?.domain).toBe('school1');
    expect(agent.stderr).not.toContain('1234');
  });

  test('[E9] unenroll: the running agent says it, forgets, and ends', async () => {
    const agent = await running();
    const { deviceId } = place.state().enrolment ?? {};
    expect(await place.run(['unenroll'])).toMatchObject({ code: 0, json: { outcome: 'unenrolled', deviceId } });
    expect(await agent.exit()).toBe(1);
    expect(service.of('unenroll').length).toBe(1);
    expect(place.state().enrolment).toBeNull();
  });

  test('status: as the running agent knows it, whatever became of its files', async () => {
    await running();
    rmSync(join(place.folder, 'state.json'));
    expect((await place.run(['status'])).json).toMatchObject({ state: 'enrolled', connected: true, running: true });
  });

  test('status: names the code while the link is lost, and what to do', async () => {
    const agent = await running();
    await service.pause();
    // The first loss is the cut; what follows is why it does not come back.
    await agent.log.until((line) => line.event === 'link-lost' && line['code'] === 'connection-refused');
    const { json } = await place.run(['status'], { LANG: 'fr_FR.UTF-8' });
    expect(json).toMatchObject({ state: 'enrolled', connected: false, running: true });
    expect(json['trouble']).toMatchObject({ code: 'connection-refused', message: expect.stringContaining('écoute') as string });
    await service.unpause();
    await agent.log.until((line) => line.event === 'connected' && line['epoch'] !== 1);
    expect((await place.run(['status'])).json).not.toHaveProperty('trouble');
  });

  test('with the setup page too: enrolled by command, shown there; unenrolled, it asks again', async () => {
    const agent = place.start(['run', '--json'], { ROLLCALL_SETUP_PORT: '0' });
    const url = String((await agent.event('setup-page'))['url']);
    expect(await place.run(['enroll', '--domain', 'school1'])).toMatchObject({ code: 0, json: { outcome: 'accepted' } });
    await agent.event('connected');
    expect(await (await fetch(new URL('/healthz', url))).json()).toMatchObject({ ok: true, state: 'enrolled' });
    expect((await place.run(['unenroll'])).code).toBe(0);
    expect((await place.run(['status'])).json).toMatchObject({ state: 'unenrolled', running: true });
  });

  test('a service that is away is told as what it is, and the agent goes on', async () => {
    const agent = await running();
    await service.pause();
    expect(await place.run(['unenroll'])).toMatchObject({ code: 75, json: { code: 'connection-refused' } });
    await service.unpause();
    await agent.log.until((line) => line.event === 'connected' && line['epoch'] !== 1);
    expect(place.state().enrolment).not.toBeNull();
  });
});

describe('the socket', () => {
  test('is its owner’s alone, and is gone with a clean end; one that a killed agent left is replaced', async () => {
    const first = await running();
    expect([place.mode(), place.mode('control')]).toEqual([0o700, 0o600]);
    first.kill('SIGKILL');
    await first.exit();
    expect(existsSync(socket())).toBe(true);
    expect((await place.run(['status'])).json).toMatchObject({ state: 'enrolled', running: false, connected: false });
    expect((await place.run(['enroll', '--domain', 'school1'])).code).toBe(0);
    const second = place.start(['run', '--json']);
    await second.event('connected');
    expect((await place.run(['enroll', '--domain', 'school1'])).code).toBe(0);
    second.kill('SIGTERM');
    expect(await second.exit()).toBe(0);
    expect(existsSync(socket())).toBe(false);
  });

  test('a folder with a long name works as well', async () => {
    const folder = join(place.folder, 'x'.repeat(120), 'y'.repeat(120));
    const environment = { ROLLCALL_STATE: folder };
    await place.run(['enroll', '--domain', 'school1'], environment);
    await place.start(['run', '--json'], environment).event('connected');
    expect((await place.run(['enroll', '--domain', 'school2'], environment)).json).toMatchObject({
      outcome: 'accepted',
      domain: 'school2',
    });
  });

  test('garbage, silence and too much of it disturb nothing', async () => {
    await running();
    const said = async (text: string) => {
      const client = connect({ path: socket() }).on('error', () => undefined);
      client.resume().write(text);
      await new Promise((resolve) => client.on('close', resolve));
    };
    await Promise.all(['{"do":"format"}\n', '\n', 'x'.repeat(100_000), '{"do":"enroll","language":"en","typed":{}}\n'].map(said));
    connect({ path: socket() }).unref();
    expect((await place.run(['status'])).json).toMatchObject({ connected: true, running: true });
  });

  test('where it cannot be made the agent lives on, and a command says which setting is meant', async () => {
    await place.run(['enroll', '--domain', 'school1']);
    mkdirSync(socket());
    const agent = place.start(['run', '--json']);
    await agent.event('control-unavailable');
    await agent.event('connected');
    const { code, json } = await place.run(['enroll', '--domain', 'school1']);
    expect([code, json]).toMatchObject([1, { outcome: 'rejected', code: 'state-in-use' }]);
    expect(JSON.stringify(json)).toMatch(/ROLLCALL_STATE(?!.*ROLLCALL_DATA)/);
  });

  test('where it cannot be made the lock hears `status` instead, and nothing that changes anything: any user gets there', async () => {
    await place.run(['enroll', '--domain', 'school1']);
    mkdirSync(socket());
    const agent = place.start(['run', '--json']);
    await agent.event('connected');
    rmSync(join(place.folder, 'status.json'));
    expect((await place.run(['status'])).json).toMatchObject({ state: 'enrolled', connected: true, running: true });
    expect(await answerTo({ do: 'unenroll', language: 'en' })).toBe('');
    expect(await answerTo({ do: 'enroll', language: 'en', typed: { domain: 'school2' } })).toBe('');
    expect(await answerTo({ do: 'status', language: 'en' })).toContain('school1');
    expect(service.of('unenroll')).toEqual([]);
    connect({ path: await lockName(place.folder) }).unref();
    agent.kill('SIGTERM');
    expect(await agent.exit()).toBe(0);
  });

  test('where it was made the lock tells nobody anything', async () => {
    await running();
    expect(await answerTo({ do: 'status', language: 'en' })).toBe('');
  });
});

describe('the check code', () => {
  test('[E6] `status` shows it while an admin has to compare it, and no longer', async () => {
    service.behaviour.onProof = pending('awaiting-approval', 60);
    await place.run(['enroll', '--domain', 'school1']);
    expect((await place.run(['status'])).json).toHaveProperty('checkCode');
    service.behaviour.onProof = 'accept';
    await place.run(['enroll', '--domain', 'school1']);
    expect((await place.run(['status'])).json).not.toHaveProperty('checkCode');
  });
});

describe.skipIf(process.getuid?.() !== 0)('root beside an agent of another user', () => {
  const NOBODY = 65_534;

  test('what root does is that user’s, so that its agent can go on with it', async () => {
    chownSync(join(place.folder, '..'), NOBODY, NOBODY);
    mkdirSync(place.folder);
    chownSync(place.folder, NOBODY, NOBODY);
    expect((await place.run(['enroll', '--domain', 'school1'])).json).toMatchObject({ outcome: 'accepted' });
    expect(statSync(join(place.folder, 'state.json')).uid).toBe(NOBODY);
    await place.start(['run', '--json']).event('connected');
    expect(statSync(socket()).uid).toBe(NOBODY);
    expect((await place.run(['enroll', '--domain', 'school2'])).json).toMatchObject({ outcome: 'accepted', domain: 'school2' });
  });

  test('a user who may not enter the folder is told what to type', async () => {
    await running();
    const script = 'process.setgroups([]); process.setgid(65534); process.setuid(65534);';
    const asNobody = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(script)}` };
    for (const command of [['enroll', '--domain', 'school1'], ['unenroll'], ['status'], ['doctor'], ['run']]) {
      const { code, json, stderr } = await place.run(command, asNobody);
      expect([command[0], code, stderr]).toEqual([command[0], 1, expect.stringMatching(/state-forbidden.*sudo/)]);
      expect(JSON.stringify(json)).toContain('sudo');
    }
  });
});
