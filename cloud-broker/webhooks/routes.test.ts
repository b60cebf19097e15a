import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  newWebhook,
  webhookDeliveries,
  webhooksList,
  webhookTest,
  type NewWebhook,
  type WebhookDelivery,
} from '../../protocol/api-webhooks.ts';
import { deviceEvent, enrolmentEvent } from '../../protocol/api.ts';
import { answerWith, Receiver } from '../../test/support/webhook-receiver.ts';
import { signedHeaders } from './rules/signature.ts';
import { openHarness, type Harness, type TestDomain } from '../service/testing/harness.ts';

let harness: Harness;
let springfield: TestDomain;

beforeAll(async () => {
  harness = await openHarness({ webhookPrivate: true });
  springfield = await harness.domain('springfield');
});
afterAll(async () => harness.close());

const call = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: object, domain = springfield) =>
  harness.request(method, `/api/v1${url}`, { cookie: domain.cookie, ...(body === undefined ? {} : { body }) });

async function make(url: string, types: string[], domain = springfield): Promise<NewWebhook> {
  const answer = await call('POST', '/webhooks', { url, types, description: 'Help desk' }, domain);
  expect([answer.status, answer.json]).toEqual([201, expect.anything()]);
  return newWebhook.parse(answer.json);
}

const deliveriesOf = async (id: string): Promise<WebhookDelivery[]> =>
  webhookDeliveries.parse((await call('GET', `/webhooks/${id}/deliveries`)).json).items;

describe('webhooks of a domain', () => {
  test('are told what the stream of events tells an admin; the secret is shown once and sealed', async () => {
    const receiver = await new Receiver().start();
    const { webhook, secret } = await make(receiver.url(), ['device', 'enrolment', 'billing']);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const id = await harness.device(springfield, 'S-1', 365);
    await receiver.until(3);
    const bodies = new Map(receiver.received.map(({ body }) => [body.type, body.data]));
    const listed = (await call('GET', `/devices/${id}`)).json;
    expect(deviceEvent.parse(bodies.get('device'))).toEqual({ device: listed });
    expect(enrolmentEvent.parse(bodies.get('enrolment'))).toMatchObject({ outcome: 'accepted', serial: 'S-1', granted: 365 });
    expect(bodies.get('billing')).toMatchObject({ balance: 365 });
    for (const one of receiver.received)
      expect(one.headers).toMatchObject(signedHeaders([secret], one.id, harness.now, one.text));
    await expect.poll(async () => (await deliveriesOf(webhook.id)).map(({ state }) => state)).toEqual(Array(3).fill('delivered'));
    const kept = JSON.stringify([
      await harness.store.reader.all('SELECT * FROM webhooks'),
      harness.log,
      await harness.store.reader.all('SELECT * FROM audit'),
    ]);
    expect(kept).not.toContain(secret.slice(6, 30));
    expect(JSON.stringify((await call('GET', '/webhooks')).json)).not.toContain(secret);
    expect((await call('DELETE', `/webhooks/${webhook.id}`, {})).status).toBe(204);
    expect(webhooksList.parse((await call('GET', '/webhooks')).json).items).toEqual([]);
  });

  test('are tested with a ping, whose result is said at once, and not as often as one likes', async () => {
    const domain = await harness.domain('shelbyville');
    const receiver = await new Receiver().start();
    const { webhook, secret } = await make(receiver.url(), ['alert'], domain);
    const ping = async () => call('POST', `/webhooks/${webhook.id}/test`, {}, domain);
    expect(webhookTest.parse((await ping()).json)).toMatchObject({ delivered: true, status: 204, failure: null });
    const [got] = receiver.received;
    expect(got?.body).toMatchObject({ type: 'ping', data: {} });
    expect(got?.headers).toMatchObject(signedHeaders([secret], got?.id ?? '', harness.now, got?.text ?? ''));
    receiver.answer = answerWith(503);
    expect(webhookTest.parse((await ping()).json)).toMatchObject({ delivered: false, status: 503, failure: 'status' });
    await receiver.stop();
    expect(webhookTest.parse((await ping()).json)).toMatchObject({ delivered: false, status: null, failure: 'unreachable' });
    const more = [await ping(), await ping(), await ping()];
    expect(more.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(more[2]?.json).toMatchObject({ code: 'busy' });
  });

  test('get another secret; both sign for 24 hours', async () => {
    const receiver = await new Receiver().start();
    const { webhook, secret } = await make(receiver.url(), ['device']);
    const answer = newWebhook.parse((await call('POST', `/webhooks/${webhook.id}/secret`, {})).json);
    expect(answer.secret).not.toBe(secret);
    expect(answer.webhook.previousSecretUntil).toBe(new Date(harness.now + 86_400_000).toISOString());
    await call('POST', `/webhooks/${webhook.id}/test`, {});
    const [got] = receiver.received;
    expect(got?.headers).toMatchObject(signedHeaders([answer.secret, secret], got?.id ?? '', harness.now, got?.text ?? ''));
    await call('DELETE', `/webhooks/${webhook.id}`, {});
  });

  test('are changed; what failed is tried again when asked for', async () => {
    const receiver = await new Receiver().start();
    receiver.answer = answerWith(500);
    const { webhook } = await make(receiver.url(), ['device']);
    await harness.device(springfield, 'S-2');
    await expect
      .poll(async () => deliveriesOf(webhook.id))
      .toMatchObject([{ type: 'device', state: 'waiting', tries: 1, status: 500, failure: 'status' }]);
    const [waiting] = await deliveriesOf(webhook.id);
    expect(Date.parse(waiting?.nextTryAt ?? '')).toBeGreaterThan(harness.now);
    expect((await call('GET', '/webhooks')).json).toMatchObject({
      items: [{ failingSince: new Date(harness.now).toISOString() }],
    });
    receiver.answer = answerWith(200);
    expect((await call('POST', `/webhooks/${webhook.id}/deliveries/${waiting?.id}/retry`, {})).status).toBe(202);
    await expect.poll(async () => deliveriesOf(webhook.id)).toMatchObject([{ state: 'delivered', tries: 2 }]);
    const changed = await call('PATCH', `/webhooks/${webhook.id}`, { enabled: false, types: ['billing'], description: '' });
    expect(changed.json).toMatchObject({
      enabled: false,
      types: ['billing'],
      description: '',
      failingSince: null,
      url: receiver.url(),
    });
    expect((await call('POST', `/webhooks/${webhook.id}/deliveries/${waiting?.id}/retry`, {})).json).toMatchObject({
      code: 'conflict',
      details: { reason: 'webhook-off' },
    });
    expect((await call('POST', `/webhooks/${webhook.id}/deliveries/999999/retry`, {})).status).toBe(404);
    expect((await call('PATCH', `/webhooks/${webhook.id}`, {})).status).toBe(400);
    await call('DELETE', `/webhooks/${webhook.id}`, {});
  });

  test('are at most five, each with at least one type and a plain description', async () => {
    const domain = await harness.domain('capitalcity');
    const post = async (body: object) => call('POST', '/webhooks', body, domain);
    const url = 'https://hooks.example.org/';
    for (const body of [
      { url },
      { url, types: [] },
      { url, types: ['ping'] },
      { url, types: ['device'], description: 'a\u202eb' },
      { url, types: ['device'], description: 'x'.repeat(101) },
    ])
      expect((await post(body)).status).toBe(400);
    for (let n = 0; n < 5; n += 1) await make(url, ['device'], domain);
    const sixth = await post({ url, types: ['device'] });
    expect([sixth.status, sixth.json]).toMatchObject([
      409,
      { code: 'conflict', details: { reason: 'too-many-webhooks', most: 5 } },
    ]);
  });

  test('[A4] [D6] are for admins of the whole domain: a user, an admin with tags and another domain get none', async () => {
    const domain = await harness.domain('ogdenville');
    const { webhook } = await make('https://hooks.example.org/', ['device'], domain);
    const other = await harness.domain('brockway');
    const tries = [
      ['GET', `/webhooks/${webhook.id}/deliveries`],
      ['PATCH', `/webhooks/${webhook.id}`, { enabled: false }],
      ['POST', `/webhooks/${webhook.id}/secret`, {}],
      ['POST', `/webhooks/${webhook.id}/test`, {}],
      ['DELETE', `/webhooks/${webhook.id}`, {}],
    ] as const;
    const statuses = async (as: TestDomain) => {
      const got: number[] = [];
      for (const [method, url, body] of tries) got.push((await call(method, url, body, as)).status);
      return got;
    };
    expect(await statuses(other)).toEqual(Array(5).fill(404));
    await harness.become(domain, { role: 'user', billing: true });
    expect(await statuses(domain)).toEqual(Array(5).fill(403));
    await harness.become(domain, { role: 'admin', tags: ['north'] });
    expect(await statuses(domain)).toEqual(Array(5).fill(403));
    await harness.become(domain, { role: 'admin' });
    expect(await statuses(domain)).toEqual([200, 200, 200, 200, 204]);
  });
});

describe('a webhook’s address', () => {
  test('is refused by form where it leads inside, and by what its name leads to when it is sent to', async () => {
    const outside = await openHarness();
    try {
      const domain = await outside.domain('springfield');
      const post = async (url: string) =>
        outside.request('POST', '/api/v1/webhooks', { cookie: domain.cookie, body: { url, types: ['device'] } });
      for (const [url, reason] of [
        ['http://hooks.example.org/', 'not-https'],
        ['https://169.254.169.254/', 'private'],
        ['https://0x7f.1/', 'private'],
        ['https://hooks.example.org:22/', 'port'],
        ['nonsense', 'unreadable'],
      ]) {
        const answer = await post(url ?? '');
        expect([url, answer.status, answer.json]).toMatchObject([url, 422, { code: 'webhook-address', details: { reason } }]);
      }
      const { webhook } = newWebhook.parse((await post('https://hooks.example.org/')).json);
      const patch = { cookie: domain.cookie, body: { url: 'https://10.0.0.1/' } };
      expect((await outside.request('PATCH', `/api/v1/webhooks/${webhook.id}`, patch)).status).toBe(422);
      const about = { cookie: domain.cookie, body: {} };
      const tested = await outside.request('POST', `/api/v1/webhooks/${webhook.id}/test`, about);
      expect(tested.json).toMatchObject({ delivered: false, failure: 'unresolved' });
    } finally {
      await outside.close();
    }
  });
});
