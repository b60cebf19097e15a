/** A4: what the stream says to who sees only some devices, or only what a key's scopes name. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deviceIds, FAST, listen, open, type Reader } from '../../service/testing/event-stream.ts';
import type { Harness, TestDomain } from '../../service/testing/harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await listen({ limits: FAST });
});
afterAll(async () => harness.close());

let names = 0;
const SECOND = 'north';

interface Scene {
  domain: TestDomain;
  /** An API key that may do everything: the domain's user has tags. */
  admin: Record<string, string>;
  seen: string;
  hidden: string;
  change(id: string, body: object): Promise<void>;
  tag(id: string, tags: string[]): Promise<void>;
}

/** A domain with one device that its user, limited to `north`, sees, and one that he does not. */
async function scene(): Promise<Scene> {
  const domain = await harness.domain(`school${(names += 1)}`);
  const made = await harness.request('POST', '/api/v1/api-keys', {
    cookie: domain.cookie,
    body: { name: 'all', scopes: ['devices:read', 'devices:write', 'billing'] },
  });
  const admin = { authorization: `Bearer ${(made.json as { secret: string }).secret}` };
  const change = async (id: string, body: object): Promise<void> => {
    expect((await harness.request('PATCH', `/api/v1/devices/${id}`, { headers: admin, body })).status).toBe(200);
  };
  const tag = async (id: string, tags: string[]): Promise<void> => change(id, { tags });
  const [seen, hidden] = [await harness.device(domain, `S-${names}`), await harness.device(domain, `H-${names}`)];
  await tag(seen, [SECOND, 'lobby']);
  await tag(hidden, ['south']);
  await harness.become(domain, { role: 'user', tags: [SECOND] });
  return { domain, admin, seen, hidden, change, tag };
}

/** Everything that is told of a device beside its heartbeats; it ends enrolled. */
async function disturb({ domain, admin, change, tag }: Scene, id: string, serial: string): Promise<void> {
  await change(id, { label: 'Another name' });
  await tag(id, ['south', 'west']);
  await tag(id, []);
  await harness.request('POST', `/api/v1/devices/${id}/commands`, { headers: admin, body: { name: 'identify' } });
  await harness.store.write('pruneCommands', { now: harness.now + 25 * 3_600_000 });
  const body = { rows: [{ line: 1, serial, label: 'Hall', tags: ['east'] }], preview: false };
  expect((await harness.request('POST', '/api/v1/devices/import', { headers: admin, body })).status).toBe(200);
  await harness.request('DELETE', `/api/v1/devices/${id}`, { headers: admin });
  await harness.enrol(domain, serial);
}

/** Boards that wait, are turned away, approved, and go by themselves. */
async function visitors({ domain, admin }: Scene): Promise<string[]> {
  const [rejected, approved, tired] = await Promise.all(
    ['V-1', 'V-2', 'V-3'].map(async (serial) => harness.enrol(domain, serial)),
  );
  const ids = [rejected, approved, tired].map((one) => one?.deviceId ?? '');
  await harness.request('POST', `/api/v1/devices/${ids[0]}/reject`, { headers: admin, body: {} });
  await harness.request('POST', `/api/v1/devices/${ids[1]}/approve`, { headers: admin, body: {} });
  await harness.store.write('prune', { now: harness.now + 6 * 86_400_000 });
  return ids;
}

/** The last of what a reader is told is a change of the device that he sees: whatever came before it was told or never is. */
async function untilLabel(reader: Reader, label: string): Promise<void> {
  await reader.until(({ messages }) => messages.some(({ data }) => data.includes(`"label":"${label}"`)));
}

test('[A4] of a device that a viewer never saw the stream says nothing, live and resumed, not even that it is gone', async () => {
  const one = await scene();
  const live = await open(harness, one.domain.cookie);
  const start = await live.until(({ lastId }) => lastId ?? undefined);
  await disturb(one, one.hidden, `H-${names}`);
  const ids = [one.hidden, ...(await visitors(one))];
  harness.presence.heard(one.hidden, { connected: true, lastHeartbeatAt: harness.now, health: null });
  await one.change(one.seen, { label: 'The last' });
  const resumed = await open(harness, one.domain.cookie, start);
  for (const reader of [live, resumed]) {
    await untilLabel(reader, 'The last');
    expect(new Set(deviceIds(reader))).toEqual(new Set([one.seen]));
    for (const id of ids) expect(JSON.stringify(reader.messages)).not.toContain(id);
    expect(new Set(reader.messages.map(({ type }) => type))).toEqual(new Set(['device']));
    reader.close();
  }
});

test('[A4] of a device that a viewer saw it says that it is gone, once, however it went', async () => {
  const ways: ((one: Scene) => Promise<unknown>)[] = [
    async ({ tag, seen }) => tag(seen, ['lobby']),
    async ({ admin, seen }) => harness.request('DELETE', `/api/v1/devices/${seen}`, { headers: admin }),
    async ({ admin, seen }) =>
      harness.request('POST', '/api/v1/devices/tags', { headers: admin, body: { ids: [seen], add: [], remove: [SECOND] } }),
    async ({ admin, seen }) =>
      harness.request('POST', `/api/v1/devices/${seen}/commands`, {
        headers: admin,
        body: { name: 'set-tags', args: { tags: ['x'] } },
      }),
  ];
  for (const go of ways) {
    const one = await scene();
    const other = await harness.device(one.domain, `O-${names}`);
    await one.tag(other, [SECOND]);
    const live = await open(harness, one.domain.cookie);
    const start = await live.until(({ lastId }) => lastId ?? undefined);
    await go(one);
    // Of what follows he is told nothing: it went already.
    await one.change(one.hidden, { label: 'Hidden' });
    const state = (await harness.request('GET', `/api/v1/devices/${one.seen}`, { headers: one.admin })).json as object;
    if (!('unenrolledAt' in state)) await one.change(one.seen, { label: 'Gone on' });
    await one.change(other, { label: 'The last' });
    const resumed = await open(harness, one.domain.cookie, start);
    for (const reader of [live, resumed]) {
      await untilLabel(reader, 'The last');
      const gone = reader.messages.filter(({ data }) => data.includes('removed')).map(({ data }) => JSON.parse(data) as object);
      expect(gone).toEqual([{ id: one.seen, removed: true }]);
      expect(JSON.stringify(reader.messages)).not.toMatch(/Gone on|Hidden/);
      reader.close();
    }
  }
});

test('[A4] a waiting board that an admin tagged is told as gone to who saw it', async () => {
  for (const how of ['reject', 'approve', 'prune'] as const) {
    const one = await scene();
    const { deviceId } = await harness.enrol(one.domain, `W-${names}`);
    await one.tag(deviceId, [SECOND]);
    const body = { rows: [{ line: 1, serial: `W-${names}`, label: 'Hall', tags: ['east'] }], preview: false };
    // Labels and tags that waited for it take the place of what it was tagged with.
    await harness.request('POST', '/api/v1/devices/import', { headers: one.admin, body });
    const live = await open(harness, one.domain.cookie);
    await live.until(({ lastId }) => lastId ?? undefined);
    if (how === 'prune') await harness.store.write('prune', { now: harness.now + 8 * 86_400_000 });
    else await harness.request('POST', `/api/v1/devices/${deviceId}/${how}`, { headers: one.admin, body: {} });
    await one.change(one.seen, { label: 'The last' });
    await untilLabel(live, 'The last');
    expect(live.messages.map(({ data }) => data)).toContain(JSON.stringify({ id: deviceId, removed: true }));
    live.close();
  }
});

test('[A4] a device that gets the tag is shown, and one that got and lost it meanwhile is at most said to be gone', async () => {
  const one = await scene();
  const live = await open(harness, one.domain.cookie);
  const start = await live.until(({ lastId }) => lastId ?? undefined);
  await one.tag(one.hidden, ['south', SECOND]);
  await live.until((reader) => deviceIds(reader).includes(one.hidden));
  await one.tag(one.hidden, ['south']);
  await live.until(({ messages }) => messages.some(({ data }) => data === JSON.stringify({ id: one.hidden, removed: true })));
  live.close();
  const resumed = await open(harness, one.domain.cookie, start);
  await one.change(one.seen, { label: 'The last' });
  await untilLabel(resumed, 'The last');
  expect(JSON.stringify(resumed.messages)).not.toContain('south');
  resumed.close();
});

test('[A4] a waiting board that competes with a device which its viewer does not see names no rival, and replaces none', async () => {
  const one = await scene();
  const unlisted = await harness.enrol(one.domain, 'R-1');
  await harness.request('POST', `/api/v1/devices/${unlisted.deviceId}/approve`, { headers: one.admin, body: {} });
  const rival = await harness.enrol(one.domain, 'R-1');
  await one.tag(rival.deviceId, [SECOND]);
  await harness.become(one.domain, { role: 'admin', tags: [SECOND] });
  const { cookie } = one.domain;
  const path = `/api/v1/devices/${rival.deviceId}`;
  for (const url of ['/api/v1/devices', '/api/v1/devices?q=R-1', path])
    expect((await harness.request('GET', url, { cookie })).text).not.toContain(unlisted.deviceId);
  for (const body of [{}, { as: 'replaced' }, { as: 'another' }]) {
    const answer = await harness.request('POST', `${path}/approve`, { cookie, body });
    expect([answer.status, answer.text.includes(unlisted.deviceId)]).toEqual([403, false]);
  }
});

test('[A2] a key is told what its scopes name: without `billing` nothing of credits', async () => {
  const domain = await harness.domain(`school${(names += 1)}`);
  const key = async (name: string, scopes: string[]): Promise<string> => {
    const made = await harness.request('POST', '/api/v1/api-keys', { cookie: domain.cookie, body: { name, scopes } });
    return `Bearer ${(made.json as { secret: string }).secret}`;
  };
  const [narrow, wide] = [await key('narrow', ['devices:read']), await key('wide', ['devices:read', 'billing'])];
  const readers = [await open(harness, narrow), await open(harness, wide)] as const;
  for (const reader of readers) await reader.until(({ lastId }) => lastId ?? undefined);
  const id = await harness.device(domain, `K-${names}`);
  await harness.request('PATCH', `/api/v1/devices/${id}`, { cookie: domain.cookie, body: { label: 'The last' } });
  for (const reader of readers) await untilLabel(reader, 'The last');
  expect(new Set(readers[0].messages.map(({ type }) => type))).toEqual(new Set(['device', 'enrolment']));
  expect(readers[1].messages.map(({ type }) => type)).toContain('billing');
  for (const reader of readers) reader.close();
});
