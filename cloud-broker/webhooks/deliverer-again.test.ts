import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createSecrets } from '../keys/secrets.ts';
import { CHANGE, openTestStore, START, temporaryFolder, testDomain, testStore } from '../../test/support/store.ts';
import { messageId } from './rules/rules.ts';
import { answerWith, Post, Receiver } from '../../test/support/webhook-receiver.ts';

const SECOND_MS = 1000;
const ids = (webhook: string, events: number[], at = START): string[] => events.map((id) => messageId({ id, at }, webhook));

describe('after a crash', () => {
  test('what was not noted as delivered goes out, with its id; what was does not', async () => {
    const folder = await temporaryFolder();
    const secrets = createSecrets(randomBytes(32));
    const receiver = await new Receiver().start();
    const first = await openTestStore(folder);
    const domain = await testDomain(first, 'springfield');
    const before = new Post(first, {}, secrets);
    const { id } = await before.webhook(domain, receiver.url());
    receiver.answer = (received, response) => {
      // The second is taken, and its answer never arrives.
      if (receiver.received.length < 2) answerWith(200)(received, response);
    };
    const events = await before.happen(domain, 4);
    await receiver.until(2);
    await before.deliverer.close();
    await first.close();

    receiver.answer = answerWith(200);
    const after = new Post(await testStore(folder), {}, secrets);
    await receiver.until(5);
    expect(receiver.received.map((one) => one.id)).toEqual(
      ids(
        id,
        [0, 1, 1, 2, 3].map((n) => events[n] ?? 0),
      ),
    );
    await expect.poll(async () => (await after.deliveries(id)).map(({ tries }) => tries)).toEqual([1, 1, 1, 1]);
  });

  test('a failure still waits for its time, and counts on', async () => {
    const folder = await temporaryFolder();
    const secrets = createSecrets(randomBytes(32));
    const receiver = await new Receiver().start();
    receiver.answer = answerWith(500);
    const first = await openTestStore(folder);
    const domain = await testDomain(first, 'springfield');
    const before = new Post(first, {}, secrets);
    const { id } = await before.webhook(domain, receiver.url());
    await before.happen(domain, 1);
    await expect.poll(async () => (await before.row(id))?.next).toBe(START + 5 * SECOND_MS);
    await before.deliverer.close();
    await first.close();
    const after = new Post(await testStore(folder), {}, secrets);
    await after.later(4 * SECOND_MS);
    await after.later(SECOND_MS);
    await expect.poll(async () => (await after.row(id))?.next).toBe(START + 35 * SECOND_MS);
    expect(receiver.received).toHaveLength(2);
  });
});

test('an event that is not kept any more is given up, in its turn or asked for again; those after it are sent', async () => {
  const store = await testStore();
  const domainId = await testDomain(store, 'springfield');
  const post = new Post(store);
  const receiver = await new Receiver().start();
  const { id } = await post.webhook(domainId, receiver.url());
  const [over = 0] = await post.happen(domainId, 1);
  await expect.poll(async () => post.deliveries(id)).toMatchObject([{ state: 'delivered' }]);
  receiver.answer = answerWith(500);
  const [waits = 0, next = 0] = await post.happen(domainId, 2);
  await expect.poll(async () => post.deliveries(id)).toMatchObject([{ state: 'delivered' }, { state: 'waiting' }]);
  const about = { ...CHANGE, now: post.now, domainId, id };
  await store.write('retryDelivery', { ...about, eventId: over });
  for (const event of [over, waits]) post.forget(domainId, event);
  receiver.answer = answerWith(200);
  await post.later(SECOND_MS * 5);
  await expect.poll(async () => (await post.deliveries(id)).map(({ state }) => state)).toEqual(['failed', 'failed', 'delivered']);
  expect(receiver.received.map((one) => one.id)).toEqual(ids(id, [over, waits, next]));
  await expect(store.write('retryDelivery', { ...about, eventId: over })).rejects.toMatchObject({ code: 'conflict' });
});

test('what came of a try cannot be stored: however due it is, the receiver is not asked again before a rest', async () => {
  const store = await testStore();
  const domainId = await testDomain(store, 'springfield');
  let isFull = false;
  const write: typeof store.write = (name, input) =>
    isFull ? Promise.reject(new Error('the disk is full')) : store.write(name, input);
  let shown = 0;
  const present = async (event: { data: unknown }): Promise<unknown> => {
    shown += 1;
    return event.data;
  };
  const post = new Post(store, { present, store: { reader: store.reader, write, onCommitted: () => undefined } });
  const receiver = await new Receiver().start();
  receiver.answer = answerWith(500);
  const { id } = await post.webhook(domainId, receiver.url());
  await post.happen(domainId, 1);
  await expect.poll(async () => (await post.row(id))?.next).toBe(START + 5 * SECOND_MS);
  isFull = true;
  post.now += 5 * SECOND_MS;
  await post.deliverer.look();
  await expect.poll(() => store.problems.splice(0)).toEqual([expect.stringContaining('the disk is full')]);
  for (let looks = 0; looks < 3; looks += 1) await post.deliverer.look();
  // A turn begins with what it would send.
  expect([shown, receiver.received.length]).toEqual([2, 2]);
});

test('of what is over the newest 200 are kept', async () => {
  const store = await testStore();
  const domainId = await testDomain(store, 'springfield');
  const post = new Post(store);
  const receiver = await new Receiver().start();
  const { id } = await post.webhook(domainId, receiver.url());
  const events = await post.happen(domainId, 260);
  await receiver.until(260);
  await expect.poll(async () => (await post.row(id))?.after).toBe(events.at(-1));
  expect((await post.deliveries(id)).map(({ event }) => event)).toEqual(events.slice(60));
});

describe('an admin', () => {
  test('may have an event sent once more: one that waits at once, one that is over beside the others', async () => {
    const store = await testStore();
    const domainId = await testDomain(store, 'springfield');
    const post = new Post(store);
    const receiver = await new Receiver().start();
    const { id } = await post.webhook(domainId, receiver.url());
    const [over] = await post.happen(domainId, 1);
    await expect.poll(async () => post.deliveries(id)).toMatchObject([{ state: 'delivered' }]);
    receiver.answer = answerWith(500);
    const [waits] = await post.happen(domainId, 1);
    await expect.poll(async () => (await post.deliveries(id)).length).toBe(2);
    const again = async (eventId = 0): Promise<void> => {
      await store.write('retryDelivery', { ...CHANGE, now: post.now, domainId, id, eventId });
      await post.deliverer.changed(id);
    };
    await again(over);
    await expect
      .poll(async () => post.deliveries(id))
      .toMatchObject([
        { state: 'failed', tries: 2 },
        { state: 'waiting', tries: 1 },
      ]);
    receiver.answer = answerWith(200);
    await again(waits);
    await expect.poll(async () => (await post.deliveries(id))[1]).toMatchObject({ state: 'delivered', tries: 2 });
    expect(await post.row(id)).toMatchObject({ after: waits });
    await expect(again(999)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('who switches a webhook off and on begins anew; one that is removed is sent nothing', async () => {
    const store = await testStore();
    const domainId = await testDomain(store, 'springfield');
    const post = new Post(store);
    const receiver = await new Receiver().start();
    const { id } = await post.webhook(domainId, receiver.url());
    const set = async (enabled: boolean): Promise<void> => {
      await store.write('changeWebhook', { ...CHANGE, now: post.now, domainId, id, enabled });
      await post.deliverer.changed(id);
    };
    await set(false);
    await post.happen(domainId, 2);
    await set(true);
    const [event] = await post.happen(domainId, 1);
    await receiver.until(1);
    expect(receiver.received.map((one) => one.id)).toEqual(ids(id, [event ?? 0]));
    await expect.poll(async () => (await post.deliveries(id)).length).toBe(1);
    await store.write('deleteWebhook', { ...CHANGE, now: post.now, domainId, id });
    await post.happen(domainId, 1);
    await post.deliverer.changed();
    expect(await store.reader.all('SELECT * FROM webhook_deliveries')).toEqual([]);
    expect(receiver.received).toHaveLength(1);
  });
});
