import { expect, test } from 'vitest';
import { messageId } from '../../cloud-broker/webhooks/rules/rules.ts';
import { signedHeaders } from '../../cloud-broker/webhooks/rules/signature.ts';
import { BoardClient } from '../support/board-client.ts';
import { readDatabase } from '../support/database-copy.ts';
import { eventually } from '../support/process.ts';
import { seededRandom, seedOfRun } from '../support/seed.ts';
import { TestService, type ListedBoard } from '../support/service.ts';
import { Receiver } from '../support/webhook-receiver.ts';

const BOARDS = 40;
const KILLS = 3;

test('kill -9 loses no event of a webhook and repeats at most one a kill, with its id', async () => {
  const random = seededRandom(seedOfRun('webhooks'));
  const receiver = await new Receiver().start();
  receiver.answer = (_, response) => void setTimeout(() => response.writeHead(204).end(), 15);
  const service = await TestService.start({ environment: { ROLLCALL_WEBHOOK_PRIVATE: 'true' } });
  const admin = await service.domain('springfield');
  const { webhook, secret } = await admin.webhook(receiver.url(), ['enrolment', 'billing']);
  const register = Array.from({ length: BOARDS }, (_, n): ListedBoard => ({ board: `wall-${n}` }));
  await service.list(register);
  const clients = register.map(({ board }) => new BoardClient({ board, domain: 'springfield' }));
  const enrolling = Promise.all(clients.map(async (client) => client.enrol(service, random)));
  enrolling.catch(() => undefined);
  for (let kill = 0; kill < KILLS; kill += 1) {
    await receiver.until(receiver.received.length + 8);
    await service.kill9();
    await service.restart();
  }
  await enrolling;
  const events = "SELECT number AS id, at FROM events WHERE type IN ('enrolment', 'billing') ORDER BY number";
  const meant = (await readDatabase<{ id: number; at: number }>(service.folder, events)).map((event) =>
    messageId(event, webhook.id),
  );
  expect(meant.length).toBeGreaterThanOrEqual(2 * BOARDS);
  await eventually(
    () => new Set(receiver.received.map(({ id }) => id)).size,
    (different) => different === meant.length,
    'every event',
  );
  // In their order, each for the first time.
  expect([...new Set(receiver.received.map(({ id }) => id))]).toEqual(meant);
  expect(receiver.received.length - meant.length).toBeLessThanOrEqual(KILLS);
  for (const { id, text, headers } of receiver.received)
    expect(headers).toMatchObject(signedHeaders([secret], id, Number(headers['webhook-timestamp']) * 1000, text));
  const done = `SELECT count(*) AS n FROM webhook_deliveries WHERE webhook_id = '${webhook.id}' AND state = 'delivered'`;
  await expect.poll(async () => readDatabase(service.folder, done)).toEqual([{ n: meant.length }]);
  expect(service.stderr).not.toContain(secret.slice(6, 30));
});
