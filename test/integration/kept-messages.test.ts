import { expect, test } from 'vitest';
import { MAX_EPOCH } from '../../protocol/messages.ts';
import { BoardClient } from '../support/board-client.ts';
import { TestService } from '../support/service.ts';

test('[P5] a device that sends a thousand kept heartbeats at once has each acknowledged, by mqtt.js, and stays', async () => {
  const service = await TestService.start();
  const admin = await service.domain('springfield');
  await service.list([{ board: 'hall' }]);
  const client = new BoardClient({ board: 'hall', domain: 'springfield' });
  const link = await client.connect(service, await client.enrol(service));
  const order: number[] = [];
  const beats = Array.from({ length: 1000 }, async (_each, seq) => {
    await link.heartbeat({ cpuPercent: seq % 100 });
    order.push(seq);
  });
  await Promise.all(beats);
  expect(order).toEqual(beats.map((_each, seq) => seq));
  expect(await admin.device(link.deviceId)).toMatchObject({ connected: true, health: { cpuPercent: 99 } });
});

test('[P3] a device at the very end of the range of epochs is sent back to 1 and is taken from there on, also after kill -9', async () => {
  const service = await TestService.start();
  const admin = await service.domain('springfield');
  await service.list([{ board: 'hall' }]);
  const client = new BoardClient({ board: 'hall', domain: 'springfield' });
  const accepted = await client.enrol(service);
  const first = await client.connect(service, accepted, 1000);
  await first.session.end();
  const atTheEnd = await client.connect(service, accepted, MAX_EPOCH);
  await atTheEnd.session.end();
  const link = await client.connect(service, accepted, 1);
  await link.heartbeat();
  expect(await admin.device(link.deviceId)).toMatchObject({ connected: true, status: 'online' });
  await service.kill9();
  await service.restart();
  const again = await client.connect(service, accepted, 2);
  const answers = [atTheEnd, link, again].map(async ({ session }) => JSON.parse((await session.message(0)).toString()) as object);
  expect(await Promise.all(answers)).toMatchObject([{ epochFrom: 1 }, {}, {}]);
  for (const answer of answers.slice(1)) expect(await answer).not.toHaveProperty('epochFrom');
});
