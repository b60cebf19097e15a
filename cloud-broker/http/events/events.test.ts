import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { billingEvent, deviceEvent, enrolmentEvent } from '../../../protocol/api.ts';
import { deviceIds, FAST, listen, open } from '../../service/testing/event-stream.ts';
import type { Harness } from '../../service/testing/harness.ts';

describe('the event stream', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await listen({ limits: FAST });
  });
  afterAll(async () => harness.close());

  test('one enrolment is told as device, billing and enrolment, as the lists would show it', async () => {
    const domain = await harness.domain('springfield');
    const reader = await open(harness, domain.cookie);
    expect(reader.status).toBe(200);
    const id = await harness.device(domain, 'S-1', 365);
    await reader.until(({ messages }) => messages.some(({ type }) => type === 'enrolment'));
    const of = (type: string): unknown => JSON.parse(reader.messages.find((message) => message.type === type)?.data ?? 'null');
    const listed = (await harness.request('GET', `/api/v1/devices/${id}`, { cookie: domain.cookie })).json;
    expect(deviceEvent.parse(of('device'))).toEqual({ device: listed });
    const history = (await harness.request('GET', '/api/v1/billing/history', { cookie: domain.cookie })).json as {
      items: unknown[];
    };
    expect(billingEvent.parse(of('billing'))).toEqual({ row: history.items[0], balance: 365 });
    expect(enrolmentEvent.parse(of('enrolment'))).toMatchObject({
      outcome: 'accepted',
      serial: 'S-1',
      granted: 365,
      deviceId: id,
      correlationId: 'TEST0-TEST0',
    });
    await harness.request('DELETE', `/api/v1/devices/${id}`, { cookie: domain.cookie });
    const gone = await reader.until(({ messages }) => messages.find(({ data }) => data.includes('removed')));
    expect(JSON.parse(gone.data)).toEqual({ id, removed: true });
    reader.close();
  });

  test('[A4] a stream never tells of another domain', async () => {
    const [ours, theirs] = [await harness.domain('ogdenville'), await harness.domain('brockway')];
    const reader = await open(harness, ours.cookie);
    const foreign = await harness.device(theirs, 'T-1');
    await harness.enrol(theirs, 'T-2');
    harness.presence.heard(foreign, { connected: true, lastHeartbeatAt: harness.now, health: null });
    const resumed = await open(harness, ours.cookie, '0');
    const own = await harness.device(ours, 'O-1');
    harness.presence.heard(own, { connected: true, lastHeartbeatAt: harness.now, health: { cpuPercent: 3 } });
    for (const one of [reader, resumed]) {
      await one.until(({ messages }) => messages.some(({ data }) => data.includes('cpuPercent')));
      expect(new Set(deviceIds(one))).toEqual(new Set([own]));
      expect(JSON.stringify(one.messages)).not.toMatch(/T-1|T-2|brockway/);
      one.close();
    }
  });

  test('[A4] it passes the same filter as the lists: tags, and the Billing permission', async () => {
    const domain = await harness.domain('northhaverbrook');
    const [shown, hidden] = [await harness.device(domain, 'N-1'), await harness.device(domain, 'N-2')];
    await harness.request('PATCH', `/api/v1/devices/${shown}`, { cookie: domain.cookie, body: { tags: ['north'] } });
    const admin = domain.cookie;
    await harness.become(domain, { role: 'user', tags: ['north'] });
    const reader = await open(harness, admin);
    await harness.enrol(domain, 'N-unlisted');
    const third = await harness.device(domain, 'N-3');
    for (const id of [hidden, third, shown])
      harness.presence.heard(id, { connected: true, lastHeartbeatAt: harness.now, health: null });
    await reader.until((one) => deviceIds(one).includes(shown));
    expect(reader.messages.map(({ type }) => type).filter((type) => type !== 'device')).toEqual([]);
    expect(JSON.stringify(reader.messages)).not.toMatch(/N-2|N-3|N-unlisted/);
    reader.close();
  });

  test('it resumes after Last-Event-ID without a gap and without a repetition', async () => {
    const domain = await harness.domain('capitalcity');
    const first = await open(harness, domain.cookie);
    await harness.device(domain, 'C-1');
    await first.until(({ messages }) => messages.some(({ type }) => type === 'enrolment'));
    first.close();
    await first.ended;
    const missed = [await harness.device(domain, 'C-2'), await harness.device(domain, 'C-3')];
    const second = await open(harness, domain.cookie, first.lastId);
    await second.until(({ messages }) => messages.filter(({ type }) => type === 'enrolment').length === 2);
    expect(deviceIds(second)).toEqual(missed);
    const seen = [...first.messages, ...second.messages].map(({ id }) => Number(id));
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
    second.close();
  });

  test('a stream that saw nothing yet can be resumed too; an id that never was means reading anew', async () => {
    const domain = await harness.domain('cypresscreek');
    const quiet = await open(harness, domain.cookie);
    const lastId = await quiet.until((reader) => reader.lastId ?? undefined);
    quiet.close();
    const id = await harness.device(domain, 'Y-1');
    const resumed = await open(harness, domain.cookie, lastId);
    await resumed.until(({ messages }) => messages.length > 0);
    expect(deviceIds(resumed)).toEqual([id]);
    resumed.close();
    for (const unknown of ['999999999', 'x', '-1']) {
      const anew = await open(harness, domain.cookie, unknown);
      await anew.until(({ messages }) => messages.some(({ type }) => type === 'reset'));
      anew.close();
    }
  });

  test('heartbeats of one device become one update in each coalescing time, without an id', async () => {
    const domain = await harness.domain('waverlyhills');
    const id = await harness.device(domain, 'W-1');
    const reader = await open(harness, domain.cookie);
    await reader.until(({ alive }) => alive > 0);
    for (let n = 0; n < 50; n += 1)
      harness.presence.heard(id, { connected: true, lastHeartbeatAt: harness.now + n, health: { cpuPercent: n } });
    const told = await reader.until(({ messages }) => messages.find(({ data }) => data.includes('"cpuPercent":49')));
    expect(told.id).toBeNull();
    expect(deviceIds(reader)).toEqual([id]);
    const { alive } = reader;
    await reader.until((one) => one.alive > alive + 1);
    expect(deviceIds(reader)).toEqual([id]);
    reader.close();
  });
});

describe('[A5] a stream ends', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await listen({ limits: { ...FAST, streamsPerSession: 2, streamsInAll: 3 } });
  });
  afterAll(async () => harness.close());

  test('[A5] when its session is signed out, and no other does', async () => {
    const { cookie } = await harness.domain('springfield');
    const other = await harness.signIn('admin@springfield');
    const [ending, staying] = [await open(harness, cookie), await open(harness, other)];
    await harness.request('DELETE', '/api/v1/session', { cookie });
    await ending.ended;
    const { alive } = staying;
    await staying.until((reader) => reader.alive > alive + 2);
    expect((await open(harness, cookie)).status).toBe(401);
    staying.close();
    await staying.ended;
  });

  test('[A5] when role, permission or tags change', async () => {
    const domain = await harness.domain('shelbyville');
    for (const as of [{ role: 'user' }, { role: 'user', billing: true }, { role: 'user', billing: true, tags: ['a'] }] as const) {
      const reader = await open(harness, domain.cookie);
      expect(reader.status).toBe(200);
      await harness.become(domain, as as Parameters<Harness['become']>[1]);
      await reader.ended;
    }
  });

  test('streams are counted: per session and in all; an ended one makes room', async () => {
    const { cookie } = await harness.domain('ogdenville');
    const { cookie: second } = await harness.domain('brockway');
    const own = [await open(harness, cookie), await open(harness, cookie)];
    expect((await open(harness, cookie)).status).toBe(429);
    const third = await open(harness, second);
    expect((await open(harness, second)).status).toBe(429);
    for (const reader of [...own, third]) reader.close();
    await Promise.all([...own, third].map(({ ended }) => ended));
    const metric = async (): Promise<string> => (await harness.request('GET', '/metrics')).text;
    await expect.poll(metric).toContain('rollcall_event_streams 0');
    const again = await open(harness, cookie);
    expect(again.status).toBe(200);
    again.close();
  });
});

describe('a reader that takes nothing', () => {
  test('is dropped, and nothing is kept for it meanwhile', async () => {
    const harness = await listen({ limits: { stream: { ...FAST.stream, sessionCheckMs: 20, stallMs: 100 } } });
    const domain = await harness.domain('springfield');
    const id = await harness.device(domain, 'S-1');
    const reader = await open(harness, domain.cookie);
    await reader.until(({ lastId }) => lastId ?? undefined);
    reader.pause();
    const health = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`figure${n}`, 'x'.repeat(200)]));
    harness.presence.states.set(id, { connected: true, lastHeartbeatAt: harness.now, health });
    const metric = async (): Promise<boolean> =>
      (await harness.request('GET', '/metrics')).text.includes('rollcall_event_streams 0');
    for (let n = 0; !(await metric()); n += 1) {
      expect(n).toBeLessThan(5000);
      await harness.request('PATCH', `/api/v1/devices/${id}`, { cookie: domain.cookie, body: { label: `Room ${n}` } });
    }
    reader.close();
    await harness.close();
  });

  test('a server that closes ends its streams', async () => {
    const harness = await listen();
    const { cookie } = await harness.domain('springfield');
    const reader = await open(harness, cookie);
    expect(reader.status).toBe(200);
    await Promise.all([reader.ended, harness.close()]);
  });
});
