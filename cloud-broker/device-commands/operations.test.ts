import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { COMMAND_LIFE_MS, COMMANDS_KEPT_MS, MAX_OPEN } from './rules.ts';
import { openCommands } from './rows.ts';
import { listCommands } from './queries.ts';
import { twoDomains, type TwoDomains } from '../../test/support/in-process.ts';
import { CHANGE, enrolled, listBoards, START } from '../../test/support/store.ts';
import type { CommandsInput } from './operations.ts';
import { isOnPostgres } from '../../test/support/test-database.ts';

let there: TwoDomains;
let device: string;

beforeEach(async () => {
  there = await twoDomains();
  await listBoards(there.store, [{ serial: 'SN-1' }, { serial: 'SN-2' }]);
  device = await board('SN-1');
});

const board = async (serial: string, domain = 'springfield'): Promise<string> =>
  (await enrolled(there.store, { serial, domain })).deviceId;

const send = (more: Partial<CommandsInput> = {}, deviceId = device) =>
  there.store.write('sendCommands', {
    now: START,
    domainId: there.domainId,
    ...CHANGE,
    name: 'identify',
    args: {},
    batchId: null,
    targets: [{ deviceId, commandId: randomUUID() }],
    ...more,
  });
const rows = async (now = START) => (await listCommands(there.store.reader, { deviceId: device, now }, { limit: 200 })).items;
const result = (commandId: string, outcome: 'done' | 'failed' = 'done', deviceId = device, now = START) =>
  there.store.write('endCommand', { now, deviceId, result: { type: 'result', commandId, outcome } });

describe('[P8] a command', () => {
  test('[P8] waits 24 hours from its wish, and the device is named to whoever delivers', async () => {
    const { commands } = await send();
    expect(await rows()).toMatchObject([{ id: commands[0], sentAt: null, expiresAt: START + COMMAND_LIFE_MS, outcome: null }]);
    expect(there.store.committedOf('commanded')).toEqual([{ kind: 'commanded', deviceId: device }]);
    expect(await openCommands(there.store.reader, device, START + COMMAND_LIFE_MS - 1)).toHaveLength(1);
    expect(await openCommands(there.store.reader, device, START + COMMAND_LIFE_MS)).toEqual([]);
  });

  test('[P8] the same wish again joins the one that waits; the 21st is refused', async () => {
    const first = await send();
    expect((await send()).commands).toEqual(first.commands);
    for (let n = 1; n < MAX_OPEN; n += 1) await send({ name: 'set-tags', args: { tags: [`t${n}`] } });
    expect(await send({ name: 'refresh' })).toEqual({
      commands: [],
      refused: [{ deviceId: device, reason: 'too-many-waiting' }],
    });
    expect(await rows()).toHaveLength(MAX_OPEN);
    // What is over makes room, also before any job has written it down.
    expect((await send({ name: 'refresh', now: START + COMMAND_LIFE_MS })).refused).toEqual([]);
  });

  test('[P8] is sent, delivered and done, each once', async () => {
    const [id = ''] = (await send()).commands;
    const move = (to: 'sent' | 'delivered', now: number) =>
      there.store.write('moveCommand', { now, deviceId: device, commandId: id, to });
    await move('sent', START + 1);
    await move('sent', START + 2);
    await move('delivered', START + 3);
    await result(id, 'done', device, START + 4);
    await result(id, 'failed', device, START + 5);
    await move('delivered', START + 6);
    expect(await rows()).toMatchObject([{ sentAt: START + 1, deliveredAt: START + 3, endedAt: START + 4, outcome: 'done' }]);
  });

  test('[P8] another device’s result changes nothing', async () => {
    const [id = ''] = (await send()).commands;
    const other = await board('SN-2');
    await result(id, 'done', other);
    await result(randomUUID(), 'done');
    expect(await rows()).toMatchObject([{ outcome: null }]);
  });

  test('[P8] the hourly job writes down what is over; what the device did all the same is done', async () => {
    const [id = ''] = (await send()).commands;
    await there.store.write('pruneCommands', { now: START + COMMAND_LIFE_MS - 1 });
    expect(await rows()).toMatchObject([{ outcome: null }]);
    await there.store.write('pruneCommands', { now: START + COMMAND_LIFE_MS });
    expect(await rows()).toMatchObject([{ outcome: 'expired', endedAt: START + COMMAND_LIFE_MS }]);
    await result(id, 'done', device, START + COMMAND_LIFE_MS + 1);
    expect(await rows()).toMatchObject([{ outcome: 'done' }]);
    await there.store.write('pruneCommands', { now: START + COMMANDS_KEPT_MS });
    expect(await rows()).toHaveLength(1);
    await there.store.write('pruneCommands', { now: START + COMMANDS_KEPT_MS + 1 });
    expect(await rows()).toEqual([]);
  });

  test.skipIf(isOnPostgres)('[P8] the database lets no ended command open again', async () => {
    const [id = ''] = (await send()).commands;
    await result(id);
    const reopen = "UPDATE commands SET outcome = NULL, ended_at = NULL WHERE outcome = 'done'";
    expect(() => there.store.exec(reopen)).toThrow('a command ends once');
  });

  test('[P8] [E9] ends with the device’s enrolment', async () => {
    await send();
    await there.unenrol(device);
    expect(await rows()).toMatchObject([{ outcome: 'failed', detail: 'unenrolled' }]);
    expect((await send()).refused).toEqual([{ deviceId: device, reason: 'not-found' }]);
  });

  test('[P8] [A4] reaches no device of another domain', async () => {
    const other = await board('SN-2', 'shelbyville');
    expect((await send({}, other)).refused).toEqual([{ deviceId: other, reason: 'not-found' }]);
  });

  test('[P8] set-tags gives the device its tags here too: the service owns them', async () => {
    await send({ name: 'set-tags', args: { tags: ['north', 'hall'] } });
    const row = await there.store.reader.get<{ tags: string }>('SELECT tags FROM devices WHERE id = ?', device);
    expect(row?.tags).toBe('["north","hall"]');
  });
});
