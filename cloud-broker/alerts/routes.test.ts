import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertPreview, alertRules, alertsPage, type AlertsPage } from '../../protocol/api-alerts.ts';
import { defaultAlertSettings } from './rules/settings.ts';
import { openHarness, type Harness, type TestDomain } from '../service/testing/harness.ts';

const MINUTE = 60_000;
let harness: Harness;
let springfield: TestDomain;
let shelbyville: TestDomain;
let device: string;

const call = async (domain: TestDomain, method: 'GET' | 'PUT' | 'POST', path: string, body?: object) =>
  harness.request(method, `/api/v1${path}`, { cookie: domain.cookie, ...(body === undefined ? {} : { body }) });
const list = async (query = '', domain = springfield): Promise<AlertsPage> =>
  alertsPage.parse((await call(domain, 'GET', `/alerts?${query}`)).json);

beforeAll(async () => {
  harness = await openHarness();
  springfield = await harness.domain('springfield');
  shelbyville = await harness.domain('shelbyville');
  device = await harness.device(springfield, 'S-1');
  const changes = new Map([
    [0, 'offline' as const],
    [90, 'online' as const],
    [120, 'offline' as const],
  ]);
  for (let minutes = 0; minutes < 240; minutes += 1) {
    const now = harness.now + minutes * MINUTE;
    const status = changes.get(minutes);
    if (status !== undefined) {
      const change = { deviceId: device, status, since: now, how: status === 'offline' ? ('lost' as const) : null };
      await harness.store.write('flushPresence', { now, rows: [], running: [], births: [], transitions: [change] });
    }
    await harness.store.write('raiseAlerts', { now });
  }
  harness.now += 240 * MINUTE;
});
afterAll(async () => harness.close());

describe('[P7] alerts over HTTP', () => {
  test('[P7] are listed newest first, open ones and those that are over, page by page', async () => {
    const all = await list();
    expect(all.items.map(({ kind, closedAt }) => [kind, closedAt === null])).toEqual([
      ['lost', true],
      ['back', false],
      ['lost', false],
    ]);
    expect(all.open).toBe(1);
    expect(all.items[0]).toMatchObject({
      devices: 1,
      open: 1,
      names: [{ id: device, label: 'S-1', open: true }],
      mailDueAt: null,
    });
    expect((await list('state=open')).items).toHaveLength(1);
    expect((await call(springfield, 'GET', `/devices/${device}`)).json).toMatchObject({ status: 'offline', alerted: true });
    expect((await list('state=closed')).items).toHaveLength(2);
    const first = await list('limit=2');
    const second = await list(`limit=2&cursor=${first.nextCursor ?? ''}`);
    expect([...first.items, ...second.items]).toEqual(all.items);
    expect((await call(springfield, 'GET', '/alerts?cursor=nonsense')).status).toBe(400);
  });

  test('[P7] [A4] are the own domain’s, rules too', async () => {
    expect(await list('', shelbyville)).toEqual({ items: [], nextCursor: null, open: 0 });
    const theirs = { ...defaultAlertSettings, mailbox: 'it@shelbyville.example' };
    expect((await call(shelbyville, 'PUT', '/alerts/settings', theirs)).status).toBe(200);
    expect(alertRules.parse((await call(springfield, 'GET', '/alerts/settings')).json)).toMatchObject({
      mailbox: null,
      domainEmail: 'springfield@example.org',
      changedAt: null,
    });
    expect(alertPreview.parse((await call(shelbyville, 'POST', '/alerts/preview', defaultAlertSettings)).json)).toMatchObject({
      mails: 0,
      alerts: 0,
    });
  });

  test('[P7] before they are saved, rules say how many mails they would have sent: as many as were', async () => {
    const preview = async (more: object) =>
      alertPreview.parse((await call(springfield, 'POST', '/alerts/preview', { ...defaultAlertSettings, ...more })).json);
    const sent = await harness.store.reader.get<{ mails: number }>(
      "SELECT count(*) AS mails FROM outbox WHERE template = 'alert'",
    );
    expect(await preview({})).toMatchObject({ mails: sent?.mails, alerts: 3, incomplete: false });
    expect(sent?.mails).toBe(3);
    expect(await preview({ back: false })).toMatchObject({ mails: 2 });
    expect(await preview({ lost: { on: true, afterMinutes: 100 } })).toMatchObject({ mails: 1 });
    expect(await preview({ lost: { on: false, afterMinutes: 30 } })).toMatchObject({ mails: 0 });
  });

  test('[P7] rules that make no sense are refused', async () => {
    for (const wrong of [
      { timeZone: 'Mars/Olympus' },
      { lost: { on: true, afterMinutes: 1 } },
      { quiet: { from: '25:00', to: '06:00' } },
      { mailbox: 'not an address' },
      { pausedUntil: 'soon' },
      { another: 1 },
    ])
      for (const [method, path] of [
        ['PUT', '/alerts/settings'],
        ['POST', '/alerts/preview'],
      ] as const)
        expect((await call(springfield, method, path, { ...defaultAlertSettings, ...wrong })).status).toBe(400);
  });

  test('[P7] [D6] credits are for those who see Billing; users read, admins set', async () => {
    await harness.store.write('raiseCredits', { now: harness.now, after: 0 });
    await harness.store.write('adjust', {
      now: harness.now,
      domain: 'springfield',
      credits: -80,
      id: 'x',
      reason: 'x',
      actor: 'operator',
    });
    await harness.store.write('raiseCredits', { now: harness.now, after: 0 });
    expect((await list()).items[0]).toMatchObject({ kind: 'credits', days: 30, names: [] });
    await harness.become(springfield, { role: 'user' });
    expect(await list()).toMatchObject({ open: 1, items: [{ kind: 'lost' }, {}, {}] });
    for (const [method, path] of [
      ['GET', '/alerts/settings'],
      ['PUT', '/alerts/settings'],
      ['POST', '/alerts/preview'],
    ] as const)
      expect((await call(springfield, method, path, method === 'GET' ? undefined : defaultAlertSettings)).status).toBe(403);
    await harness.become(springfield, { role: 'admin', tags: ['north'] });
    expect((await call(springfield, 'GET', '/alerts')).status).toBe(403);
    await harness.become(springfield, { role: 'domain-admin' });
  });
});
