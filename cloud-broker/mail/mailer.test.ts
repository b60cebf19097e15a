import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startMailServer, tokenOf } from '../../test/support/mail-server.ts';
import { eventually } from '../../test/support/process.ts';
import { START } from '../../test/support/store.ts';
import { ADA, DATA, office, once, smtp, TOKEN } from './test-support.ts';
import { isOnPostgres } from '../../test/support/test-database.ts';

const HOUR_MS = 3_600_000;

test.skipIf(isOnPostgres)(
  '[D2] a mail is sent after its commit, once; then its token is nowhere: not in the log, not in the database',
  async () => {
    const there = await office();
    const id = await there.put();
    const mail = await there.server.mailTo(ADA);
    expect(tokenOf(mail)).toBe(TOKEN);
    const row = await once(there, id, ({ sent_at }) => sent_at !== null);
    expect(row).toMatchObject({ tries: 1, secret: null, failure: null, given_up_at: null });
    there.pass(72 * HOUR_MS);
    const other = await there.put({ recipient: 'bob@springfield.example' });
    await once(there, other, ({ sent_at }) => sent_at !== null);
    expect(there.server.mails.map(({ recipients }) => recipients[0])).toEqual([ADA, 'bob@springfield.example']);
    expect(there.counted).toEqual(['sent', 'sent']);
    expect(JSON.parse(there.log[0] ?? '')).toMatchObject({
      mail: id,
      messageId: mail.messageId.slice(1, -1),
      msg: 'a mail was sent',
    });
    expect(there.log.join('')).not.toMatch(/token|springfield\.example/);
    const database = ['', '-wal'].map((end) => readFileSync(`${there.store.file}${end}`, 'latin1')).join('');
    expect(database).toContain(ADA);
    expect(database).not.toContain(TOKEN);
  },
);

test('[A6] a mail in French is sent in French, with text and HTML', async () => {
  const there = await office();
  await there.put({ language: 'fr' });
  const mail = await there.server.mailTo(ADA);
  expect(mail.subject).toBe('Choisissez un nouveau mot de passe pour ada@springfield');
  expect(mail.text).toContain('Réinitialiser le mot de passe');
  expect(mail.html).toContain('lang="fr"');
});

test('a mail refused for now is tried again when its wait is over, not before, and is the same mail', async () => {
  const there = await office();
  const tried: string[] = [];
  there.server.answerMessage((mail) => {
    const isAdas = mail.recipients.includes(ADA);
    if (isAdas) tried.push(mail.messageId);
    return isAdas && tried.length < 3 ? { code: 451, message: `4.7.1 <${ADA}> greylisted, ${mail.text}` } : null;
  });
  const id = await there.put();
  const first = await once(there, id, ({ tries }) => tries === 1);
  expect(first).toMatchObject({ next_try_at: START + 30_000, failure: 'EMESSAGE DATA 451 4.7.1', sent_at: null });
  there.pass(29_999);
  const other = await there.put({ recipient: 'bob@springfield.example' });
  await once(there, other, ({ sent_at }) => sent_at !== null);
  expect((await there.row(id)).tries).toBe(1);
  there.pass(1);
  expect((await once(there, id, ({ tries }) => tries === 2)).next_try_at).toBe(START + 90_000);
  there.pass(60_000);
  await once(there, id, ({ sent_at }) => sent_at !== null);
  expect(there.server.mails.filter(({ recipients }) => recipients[0] === ADA)).toHaveLength(1);
  expect(tried).toHaveLength(3);
  expect(new Set(tried).size).toBe(1);
  expect(there.log.join('')).not.toMatch(/token=|springfield\.example/);
});

test('[A6] a recipient refused for good is given up at once: an error in the log without address or token, which is erased', async () => {
  const there = await office();
  there.server.answerRecipient((address) => ({ code: 550, message: `5.1.1 <${address}> unknown` }));
  const id = await there.put();
  const row = await once(there, id, ({ given_up_at }) => given_up_at !== null);
  expect(row).toMatchObject({ tries: 1, sent_at: null, secret: null, failure: 'EENVELOPE RCPT TO 550 5.1.1' });
  expect(there.counted).toEqual(['given-up']);
  const line = there.log.map((text) => JSON.parse(text) as Record<string, unknown>).find(({ level }) => level === 50);
  expect(line).toMatchObject({ mail: id, template: 'reset', tries: 1, msg: 'a mail was given up' });
  expect(there.log.join('')).not.toMatch(/token|springfield\.example/);
});

test('after three days of failures a mail is given up', async () => {
  const there = await office();
  there.server.answerRecipient(() => ({ code: 450, message: '4.2.0 later' }));
  const id = await there.put({
    template: 'trial-ending',
    data: { name: 'springfield', days: 7, trialEndsAt: START },
    secret: null,
  });
  let { tries } = await once(there, id, (row) => row.tries === 1);
  while ((await there.row(id)).given_up_at === null) {
    expect(there.clock.now).toBeLessThan(START + 72 * HOUR_MS);
    there.pass(Math.max((await there.row(id)).next_try_at - there.clock.now, 8 * HOUR_MS));
    const before = tries;
    ({ tries } = await once(there, id, (row) => row.tries > before));
  }
  expect(there.clock.now).toBe(START + 72 * HOUR_MS);
  expect(there.counted.at(-1)).toBe('given-up');
});

test('a server that is away takes nothing with it: what waits is sent when it is back', async () => {
  const gone = await startMailServer();
  await gone.close();
  const there = await office({
    transport: (server) => ({ send: async (mail, signal) => smtp(isBack ? server.url : gone.url).send(mail, signal) }),
  });
  let isBack = false;
  const ids: number[] = [];
  for (let n = 0; n < 6; n += 1) ids.push(await there.put({ recipient: `user${n}@springfield.example` }));
  for (const id of ids) {
    const failed = await once(there, id, ({ tries }) => tries > 0);
    expect(failed).toMatchObject({ given_up_at: null, failure: 'ESOCKET CONN ECONNREFUSED' });
  }
  isBack = true;
  // One that is on its way to the server that is gone waits once more.
  const later = async (id: number) => {
    there.pass(30_000);
    return await there.row(id);
  };
  for (const id of ids)
    await eventually(
      async () => later(id),
      ({ sent_at }) => sent_at !== null,
      'the mail is sent',
    );
  expect(there.server.mails).toHaveLength(6);
});

test('[D2] a link asked for again takes the place of the one that waits; another user’s does not', async () => {
  const there = await office();
  await there.mailer.close();
  const older = await there.put();
  const anothers = await there.put({ data: { ...DATA, user: 'bob@springfield' } });
  const newer = await there.put();
  expect(await there.store.reader.all('SELECT id FROM outbox ORDER BY id')).toEqual([{ id: anothers }, { id: newer }]);
  expect(newer).toBeGreaterThan(older);
});

test('[D2] a link that is dead is not sent', async () => {
  const there = await office();
  await there.mailer.close();
  const id = await there.put();
  there.clock.now += 48 * HOUR_MS;
  there.start();
  expect(await once(there, id, ({ given_up_at }) => given_up_at !== null)).toMatchObject({ failure: 'too late', secret: null });
  expect(there.server.asked).toEqual([]);
});

test.each([
  `${ADA}>\r\nRCPT TO:<eve@evil.example`,
  `${ADA}, eve@evil.example`,
  `"x" <eve@evil.example>`,
  'eve@evil.example\r\nBcc: x@evil.example',
])('[A6] no mail goes to what is not one address: %j', async (recipient) => {
  const there = await office();
  const id = await there.put({ recipient });
  expect(await once(there, id, ({ given_up_at }) => given_up_at !== null)).toMatchObject({ failure: 'no address', secret: null });
  expect(there.server.asked).toEqual([]);
});

test('a mail that cannot be opened is given up, the next one is sent', async () => {
  const there = await office();
  const broken = await there.put({ secret: randomBytes(64) });
  const moved = await there.put({ template: 'activation', secret: there.secrets.seal('mail', 'reset', TOKEN) });
  const good = await there.put({ recipient: 'bob@springfield.example' });
  await once(there, good, ({ sent_at }) => sent_at !== null);
  for (const id of [broken, moved])
    expect(await once(there, id, ({ given_up_at }) => given_up_at !== null)).toMatchObject({ failure: 'unreadable' });
});

test('what could not be stored as sent is stored later, not sent again', async () => {
  const there = await office({ write: 'fails once' });
  const id = await there.put();
  await once(there, id, ({ sent_at }) => sent_at !== null);
  expect(there.server.mails).toHaveLength(1);
});

test('at most four mails are on their way at a time, and a stop waits for them', async () => {
  const there = await office();
  const open = Promise.withResolvers<null>();
  const asked = { now: 0, most: 0 };
  there.server.answerRecipient(async () => {
    asked.now += 1;
    asked.most = Math.max(asked.most, asked.now);
    await open.promise;
    asked.now -= 1;
    return null;
  });
  const ids: number[] = [];
  for (let n = 0; n < 9; n += 1) ids.push(await there.put({ recipient: `user${n}@springfield.example` }));
  await eventually(
    () => asked.now,
    (now) => now === 4,
    'four at a time',
  );
  const closed = there.mailer.close();
  open.resolve(null);
  await closed;
  expect(asked.most).toBe(4);
  const rows = await Promise.all(ids.map(async (id) => there.row(id)));
  const sent = rows.filter(({ sent_at: at }) => at !== null);
  expect(sent).toHaveLength(there.server.mails.length);
  expect(sent.length).toBeLessThan(ids.length);
});
