import { expect, test } from 'vitest';
import { eventually } from '../../test/support/process.ts';
import { ADA, office, once, smtp } from './test-support.ts';

const isSent = ({ sent_at }: { sent_at: number | null }): boolean => sent_at !== null;
const isSlow = (address: string): boolean => address.startsWith('slow');

type Office = Awaited<ReturnType<typeof office>>;

/** The server keeps mails to slow…@ waiting after their text, until it is told to take them; how many of them it was handed. */
function keepWaiting({ server }: Office): { handed(): number; most(): number; release(): void } {
  const open = Promise.withResolvers<null>();
  const asked = { now: 0, most: 0 };
  server.answerMessage(async ({ recipients }) => {
    if (!recipients.some(isSlow)) return null;
    asked.now += 1;
    asked.most = Math.max(asked.most, asked.now);
    await open.promise;
    asked.now -= 1;
    return null;
  });
  return { handed: () => asked.now, most: () => asked.most, release: () => open.resolve(null) };
}

async function slowOnes(there: Office, count: number, from = 0): Promise<number[]> {
  const ids: number[] = [];
  for (let n = from; n < from + count; n += 1) ids.push(await there.put({ recipient: `slow${n}@springfield.example` }));
  return ids;
}

test('one mail that the server keeps waiting delays no other, and comes once', async () => {
  const there = await office();
  const waiting = keepWaiting(there);
  const [slow = 0] = await slowOnes(there, 1);
  await eventually(waiting.handed, (count) => count === 1, 'a mail that waits');
  const others: number[] = [];
  for (let n = 0; n < 9; n += 1) others.push(await there.put({ recipient: `user${n}@springfield.example` }));
  for (const id of others) await once(there, id, isSent);
  // Whatever time passes meanwhile, it is on its way and not asked for again.
  there.pass(3_600_000);
  await once(there, await there.put({ recipient: 'last@springfield.example' }), isSent);
  expect(await there.row(slow)).toMatchObject({ tries: 0, sent_at: null });
  waiting.release();
  expect(await once(there, slow, isSent)).toMatchObject({ tries: 1, failure: null });
  expect(there.server.mails.filter(({ recipients }) => recipients.some(isSlow))).toHaveLength(1);
});

test('as many slow mails as are handed over at a time make room for the next ones, twenty are on their way at most', async () => {
  const there = await office({ slowMs: 20 });
  const waiting = keepWaiting(there);
  const slow = await slowOnes(there, 8);
  await eventually(waiting.handed, (count) => count === 8, 'eight that wait');
  const other = await there.put();
  await once(there, other, isSent);
  slow.push(...(await slowOnes(there, 22, 8)));
  await eventually(waiting.handed, (count) => count === 20, 'twenty that wait');
  waiting.release();
  for (const id of slow) await once(there, id, isSent);
  expect(waiting.most()).toBe(20);
});

test('a mail whose text was handed over and never answered is tried again with the same Message-ID, and the log says that it may have come', async () => {
  const there = await office({ transport: (server) => smtp(server.url, { end: 50 }) });
  const seen: string[] = [];
  there.server.answerMessage(async ({ messageId, recipients }) => {
    if (!recipients.includes(ADA)) return null;
    seen.push(messageId);
    return seen.length > 1 ? null : new Promise(() => undefined);
  });
  const id = await there.put();
  const failure = 'ETIMEDOUT after DATA, may have been delivered';
  expect(await once(there, id, ({ tries }) => tries === 1)).toMatchObject({ failure, sent_at: null, given_up_at: null });
  expect(there.log.map((line) => JSON.parse(line) as unknown)).toContainEqual(
    expect.objectContaining({ mail: id, failure, msg: 'a mail could not be sent, it is tried again' }),
  );
  there.pass(30_000);
  await eventually(
    () => seen.length,
    (count) => count === 2,
    'a second try',
  );
  expect(new Set(seen).size).toBe(1);
});

test('a stop does not wait for a mail server that takes its time; the next start tries the mail at once, as the same mail', async () => {
  const there = await office({ stopMs: 20 });
  const waiting = keepWaiting(there);
  const [id = 0] = await slowOnes(there, 1);
  await eventually(waiting.handed, (count) => count === 1, 'a mail that waits');
  const before = await there.row(id);
  await there.mailer.close();
  expect(await there.row(id)).toEqual(before);
  waiting.release();
  const [first] = await eventually(
    () => there.server.mails,
    (mails) => mails.length === 1,
    'the first one',
  );
  there.start();
  await once(there, id, isSent);
  expect(there.server.mails.map(({ messageId }) => messageId)).toEqual([first?.messageId, first?.messageId]);
});
