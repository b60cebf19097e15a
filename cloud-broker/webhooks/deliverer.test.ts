import { describe, expect, test } from 'vitest';
import { CHANGE, DAY_MS, START, testDomain, testStore } from '../../test/support/store.ts';
import { messageId } from './rules/rules.ts';
import { signedHeaders } from './rules/signature.ts';
import { answerWith, Post, Receiver } from '../../test/support/webhook-receiver.ts';

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
const ids = (webhook: string, events: number[], at = START): string[] => events.map((id) => messageId({ id, at }, webhook));

describe('a webhook', () => {
  test('is sent each event of its types in order, one at a time, signed, with a JSON body', async () => {
    const store = await testStore();
    const [ours, theirs] = [await testDomain(store, 'springfield'), await testDomain(store, 'shelbyville')];
    const post = new Post(store);
    const receiver = await new Receiver().start();
    await post.happen(ours, 3);
    const { id, secret } = await post.webhook(ours, receiver.url());
    await post.happen(theirs, 5);
    await post.happen(ours, 2, 'device', { deviceId: 'd-1' });
    const events = await post.happen(ours, 30);
    await receiver.until(30);
    await expect.poll(async () => (await post.deliveries(id)).length).toBe(30);
    // Neither what was before it, nor another domain's, nor other types.
    expect(receiver.received.map((one) => one.id)).toEqual(ids(id, events));
    expect(receiver.mostOpen).toBe(1);
    const [first] = receiver.received;
    expect(first?.body).toEqual({ type: 'billing', timestamp: new Date(START).toISOString(), data: { transferId: 1 } });
    expect(first?.headers).toMatchObject(signedHeaders([secret], first?.id ?? '', START, first?.text ?? ''));
    expect(first?.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Rollcall-Webhooks/1' });
    expect((await post.deliveries(id))[0]).toEqual({
      event: events[0],
      state: 'delivered',
      tries: 1,
      status: 204,
      failure: null,
    });
  });

  test('of a device that changed often is sent the last change only', async () => {
    const store = await testStore();
    const domain = await testDomain(store, 'springfield');
    const post = new Post(store);
    const receiver = await new Receiver().start();
    const { id } = await post.webhook(domain, receiver.url(), ['device', 'billing']);
    await post.deliverer.close();
    await post.happen(domain, 400, 'device', { deviceId: 'd-1' });
    const last = await post.happen(domain, 1, 'device', { deviceId: 'd-2' });
    const [billing] = await post.happen(domain, 1);
    const newest = await post.happen(domain, 1, 'device', { deviceId: 'd-1' });
    post.start();
    await receiver.until(3);
    expect(receiver.received.map((one) => one.id)).toEqual(ids(id, [...last, billing ?? 0, ...newest]));
  });

  test('looks past thousands of events that are not for it', async () => {
    const store = await testStore();
    const domain = await testDomain(store, 'springfield');
    const post = new Post(store);
    const receiver = await new Receiver().start();
    const { id } = await post.webhook(domain, receiver.url(), ['alert']);
    await post.happen(domain, 2500, 'device', { deviceId: 'd-1' });
    const [alert] = await post.happen(domain, 1, 'alert', { alertId: 1 });
    await receiver.until(1);
    expect(receiver.received.map((one) => one.id)).toEqual(ids(id, [alert ?? 0]));
  });

  test('is sent with both secrets for 24 hours after a rotation', async () => {
    const store = await testStore();
    const domainId = await testDomain(store, 'springfield');
    const post = new Post(store);
    const receiver = await new Receiver().start();
    const { id, secret } = await post.webhook(domainId, receiver.url());
    const next = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const sealed = post.secrets.seal('webhook', id, next);
    const about = { ...CHANGE, now: post.now, domainId, id, secret: sealed, previousUntil: post.now + DAY_MS };
    // The look that the new webhook was given may have read it before.
    await post.deliverer.close();
    await store.write('rotateWebhookSecret', about);
    await post.happen(domainId, 1);
    post.start();
    await receiver.until(1);
    await post.later(DAY_MS);
    await post.happen(domainId, 1);
    const [both, one] = await receiver.until(2);
    expect(both?.headers).toMatchObject(signedHeaders([next, secret], both?.id ?? '', START, both?.text ?? ''));
    expect(one?.headers).toMatchObject(signedHeaders([next], one?.id ?? '', START + DAY_MS, one?.text ?? ''));
  });
});

describe('a receiver that fails', () => {
  test('is tried again with the same id, and those behind wait their turn', async () => {
    const store = await testStore();
    const domain = await testDomain(store, 'springfield');
    const post = new Post(store);
    const receiver = await new Receiver().start();
    receiver.answer = answerWith(500);
    const { id } = await post.webhook(domain, receiver.url());
    const events = await post.happen(domain, 3);
    for (const [tries, waitS] of [
      [1, 5],
      [2, 30],
      [3, 120],
    ] as const) {
      await expect.poll(async () => (await post.row(id))?.next).toBe(post.now + waitS * SECOND_MS);
      expect(await post.deliveries(id)).toEqual([{ event: events[0], state: 'waiting', tries, status: 500, failure: 'status' }]);
      await post.later(waitS * SECOND_MS - 1);
      if (tries === 3) receiver.answer = answerWith(200);
      await post.later(1);
    }
    await receiver.until(6);
    expect(receiver.received.map((one) => one.id)).toEqual(
      ids(
        id,
        [0, 0, 0, 0, 1, 2].map((n) => events[n] ?? 0),
      ),
    );
    await expect.poll(async () => post.row(id)).toMatchObject({ after: events[2], next: null, failingSince: null });
  });

  test('loses an event after 24 hours; the next is sent', async () => {
    const store = await testStore();
    const domain = await testDomain(store, 'springfield');
    const post = new Post(store);
    const receiver = await new Receiver().start();
    receiver.answer = ({ id }, response) => void response.writeHead(id.startsWith('evt_1_') ? 503 : 200).end();
    const { id } = await post.webhook(domain, receiver.url());
    await post.happen(domain, 2);
    await expect.poll(async () => post.deliveries(id)).toMatchObject([{ state: 'waiting' }]);
    await post.later(24 * HOUR_MS - SECOND_MS);
    await expect
      .poll(async () => post.deliveries(id))
      .toMatchObject([{ state: 'failed', tries: 2, status: 503 }, { state: 'delivered' }]);
  });

  test('with 410 wants nothing more; after 5 days of failures neither: both are switched off and in the audit log', async () => {
    const store = await testStore();
    const domain = await testDomain(store, 'springfield');
    const post = new Post(store);
    const [gone, failing] = [await new Receiver().start(), await new Receiver().start()];
    gone.answer = answerWith(410);
    failing.answer = answerWith(500);
    const [a, b] = [await post.webhook(domain, gone.url()), await post.webhook(domain, failing.url())];
    await post.happen(domain, 2);
    await expect.poll(async () => post.row(a.id)).toMatchObject({ enabled: 0, off: 'gone' });
    await expect.poll(async () => (await post.row(b.id))?.next).not.toBeNull();
    await post.later(5 * DAY_MS);
    await expect.poll(async () => post.row(b.id)).toMatchObject({ enabled: 0, off: 'failing', next: null });
    const reasons = await store.reader.all("SELECT details FROM audit WHERE action = 'webhook.switched-off' ORDER BY id");
    expect(reasons).toMatchObject([
      { details: expect.stringContaining('gone') },
      { details: expect.stringContaining('failing') },
    ]);
    const mails = await store.reader.all("SELECT recipient, data FROM outbox WHERE template = 'webhook-off' ORDER BY id");
    expect(mails).toMatchObject([
      { recipient: 'admin@springfield.example', data: expect.stringContaining('"gone"') },
      { recipient: 'admin@springfield.example', data: expect.stringContaining('"failing"') },
    ]);
    await post.happen(domain, 1);
    expect(gone.received.length).toBe(1);
  });

  test('by hanging, redirecting, breaking off or not being there is told apart, and follows nobody elsewhere', async () => {
    const store = await testStore();
    const domain = await testDomain(store, 'springfield');
    const post = new Post(store, { timeoutMs: 300 });
    const [receiver, elsewhere] = [await new Receiver().start(), await new Receiver().start()];
    const { id } = await post.webhook(domain, receiver.url());
    const answers = [
      [() => undefined, 'timeout', null],
      [answerWith(302, { location: elsewhere.url() }), 'redirect', 302],
      [(_: unknown, response: { destroy(): void }) => response.destroy(), 'unreachable', null],
    ] as const;
    await post.happen(domain, 1);
    for (const [answer, failure, status] of answers) {
      receiver.answer = answer;
      await post.later(2 * HOUR_MS);
      await expect.poll(async () => post.deliveries(id)).toMatchObject([{ state: 'waiting', failure, status }]);
    }
    await receiver.stop();
    await post.later(2 * HOUR_MS);
    await expect.poll(async () => (await post.deliveries(id))[0]?.tries).toBe(4);
    expect(await post.deliveries(id)).toMatchObject([{ failure: 'unreachable' }]);
    const back = await new Receiver().start(receiver.portNumber);
    await post.later(2 * HOUR_MS);
    await back.until(1);
    expect(elsewhere.received).toEqual([]);
  });

  test('with an endless answer is delivered to all the same, and read no further', async () => {
    const store = await testStore();
    const domain = await testDomain(store, 'springfield');
    const post = new Post(store);
    const receiver = await new Receiver().start();
    receiver.answer = (_, response) => {
      response.writeHead(200);
      const more = (): void => void (response.destroyed || (response.write('x'.repeat(65_536)), setImmediate(more)));
      more();
    };
    const { id } = await post.webhook(domain, receiver.url());
    await post.happen(domain, 3);
    await expect
      .poll(async () => (await post.deliveries(id)).map(({ state }) => state))
      .toEqual(['delivered', 'delivered', 'delivered']);
  });
});

describe('others', () => {
  test('wait for no slow receiver and no busy domain', async () => {
    const store = await testStore();
    const [busy, quiet] = [await testDomain(store, 'springfield'), await testDomain(store, 'shelbyville')];
    const post = new Post(store, { timeoutMs: 60_000 });
    const [slow, fast] = [await new Receiver().start(), await new Receiver().start()];
    slow.answer = () => undefined;
    for (let n = 0; n < 5; n += 1) await post.webhook(busy, slow.url());
    const { id } = await post.webhook(quiet, fast.url());
    await post.happen(busy, 500);
    const events = await post.happen(quiet, 3);
    await fast.until(3);
    expect(fast.received.map((one) => one.id)).toEqual(ids(id, events));
    // Two turns of one domain at a time, so two requests hang.
    expect(slow.mostOpen).toBe(2);
  });
});
