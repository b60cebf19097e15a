import { afterAll, beforeAll, expect, test } from 'vitest';
import { open } from './testing/event-stream.ts';
import { openHarness, type Harness, type TestDomain } from './testing/harness.ts';
import { databaseBeside } from '../../test/support/store.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
  await harness.app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => harness.close());

/** Does a bit of everything that is numbered. */
async function busy(domain: TestDomain, prefix: string): Promise<void> {
  const { cookie } = domain;
  const post = async (url: string, body: object): Promise<void> => {
    expect((await harness.request('POST', `/api/v1${url}`, { cookie, body })).status).toBeLessThan(300);
  };
  const id = await harness.device(domain, `${prefix}-1`);
  for (const n of [1, 2, 3]) await post(`/devices/${id}/commands`, { name: n === 2 ? 'refresh' : 'identify' });
  for (const n of [1, 2, 3]) {
    await post('/api-keys', { name: `key ${n}`, scopes: ['devices:read'] });
    await post('/me/views', { name: `view ${n}`, query: '' });
    await post(`/devices/${(await harness.enrol(domain, `${prefix}-w${n}`)).deviceId}/reject`, {});
  }
  await harness.enrol(domain, `${prefix}-waits`);
  const file = databaseBeside(harness.databaseFile);
  const alert = file.prepare("INSERT INTO alerts (domain_id, number, kind, raised_at, since_at) VALUES (?, ?, 'waiting', ?, ?)");
  for (const n of [1, 2, 3]) alert.run(domain.id, n, harness.now + n, harness.now);
  file.close();
}

/** Everything that the domain's admin can read of numbered things, with cursors read as what they stand for. */
async function shown({ cookie }: TestDomain): Promise<string> {
  const texts: string[] = [];
  for (const url of ['/audit', '/alerts', '/blocks', '/api-keys', '/me/views', '/billing/history', '/billing/history/folded']) {
    const { json } = await harness.request('GET', `/api/v1${url}${url === '/me/views' ? '' : '?limit=2'}`, { cookie });
    const { items, nextCursor } = json as { items: { id: string }[]; nextCursor?: string | null };
    expect([url, items.length > 0]).toEqual([url, true]);
    texts.push(`${url} ${items.map(({ id }) => id).join(' ')} next ${Buffer.from(nextCursor ?? '', 'base64url').toString()}`);
  }
  const devices = await harness.request('GET', '/api/v1/devices?limit=200', { cookie });
  const device = (devices.json as { items: { id: string; pending: unknown }[] }).items.find(({ pending }) => pending === null);
  const commands = await harness.request('GET', `/api/v1/devices/${device?.id ?? ''}/commands?limit=1`, { cookie });
  const { nextCursor } = commands.json as { nextCursor: string };
  expect(Buffer.from(nextCursor, 'base64url').toString()).toMatch(/^"[\da-f-]{36}"$/);
  const reader = await open(harness, cookie);
  texts.push(`events ${await reader.until(({ lastId }) => lastId ?? undefined)}`);
  reader.close();
  // What a request names by its id has a random one.
  return texts.join('\n').replaceAll(/\b[\da-f]{20}\b/g, 'random');
}

test('[A4] no number that a domain sees tells how busy another is: two that did the same see the same', async () => {
  const first = await harness.domain('springfield');
  await busy(first, 'S');
  const seen = await shown(first);
  const noisy = await harness.domain('shelbyville');
  for (const n of [1, 2, 3]) await busy(noisy, `N${n}`).catch(() => null);
  const last = await harness.domain('capitalcity');
  await busy(last, 'C');
  expect(await shown(last)).toBe(seen);
  expect(seen).toMatch(/^\/alerts 3 2 next 2$/m);
  for (const url of ['/api-keys', '/blocks', '/me/views']) expect(seen).toMatch(new RegExp(`^${url} random random`, 'm'));
});
