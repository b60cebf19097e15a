import { describe, expect, test } from 'vitest';
import { decode, deviceDown, encode, type DeviceDown } from '../../protocol/messages.ts';
import { deviceTopic } from '../../protocol/topics.ts';
import { BoardClient, type DeviceLink } from '../support/board-client.ts';
import { newDisplay } from '../support/display.ts';
import { eventually } from '../support/process.ts';
import { TestService } from '../support/service.ts';

const ENROLL = ['enroll', '--domain', 'springfield'];

type Command = Extract<DeviceDown, { type: 'command' }>;
const readCommand = async (link: DeviceLink, index: number): Promise<Command> => {
  const decoded = decode<DeviceDown>(deviceDown, await link.session.message(index));
  if (!decoded.ok || decoded.message.type !== 'command') throw new Error('no command');
  return decoded.message;
};
const answer = (link: DeviceLink, commandId: string, outcome: 'done' | 'failed' = 'done'): Promise<void> =>
  link.session.publish(deviceTopic(link.deviceId, 'result'), encode({ type: 'result', commandId, outcome }));

async function school() {
  const service = await TestService.start();
  const admin = await service.domain('springfield');
  await service.list([{ board: 'hall' }]);
  return { service, admin };
}

describe('commands to a display with the real agent', () => {
  test('[P8] are done at once where it is there, and tell so; set-tags is kept', async () => {
    const { service, admin } = await school();
    const display = newDisplay(service, 'hall');
    const deviceId = String((await display.run(ENROLL)).json['deviceId']);
    const waits = await admin.command(deviceId, { name: 'identify' });
    expect(waits.state).toBe('waiting');
    const agent = display.start(['run', '--json']);
    await agent.event('display');
    const tags = ['north', 'ground floor'];
    await admin.command(deviceId, { name: 'set-tags', args: { tags } });
    await admin.command(deviceId, { name: 'refresh' });
    const commands = await eventually(
      async () => admin.commands(deviceId),
      (items) => items.every(({ state }) => state === 'done'),
      'all commands done',
    );
    expect(commands.map(({ name }) => name)).toEqual(['refresh', 'set-tags', 'identify']);
    for (const { sentAt, deliveredAt, endedAt } of commands) {
      expect([sentAt, deliveredAt, endedAt].every((at) => at !== null)).toBe(true);
    }
    expect((await display.run(['status'])).json).toMatchObject({ tags });
    expect((await admin.device(deviceId)).tags).toEqual(tags);
  });

  test('[E9] the courtesy: unenrolled while it is there, it forgets at once and asks nothing more', async () => {
    const { service, admin } = await school();
    const display = newDisplay(service, 'hall');
    const deviceId = String((await display.run(ENROLL)).json['deviceId']);
    const agent = display.start(['run', '--json']);
    await agent.event('connected');
    await admin.unenrol(deviceId);
    expect(await agent.exit()).toBe(1);
    expect(agent.json()).toMatchObject({ code: 'unenrolled' });
    expect(display.state()).toMatchObject({ enrolment: null });
    expect(agent.log.all.filter(({ event }) => event === 'renewal')).toEqual([]);
  });
});

describe('a service that is killed', () => {
  test('[P8] sends what was written and not delivered after its restart, and again what was not answered', async () => {
    const { service, admin } = await school();
    const board = new BoardClient({ board: 'hall', domain: 'springfield' });
    const accepted = await board.enrol(service);
    const { deviceId } = accepted;
    const first = await admin.command(deviceId, { name: 'identify' });
    const second = await admin.command(deviceId, { name: 'refresh' });
    await service.kill9();
    await service.restart();

    const link = await board.connect(service, accepted);
    expect(await readCommand(link, 1)).toMatchObject({ commandId: first.id, name: 'identify' });
    await service.kill9();
    await link.session.closed;
    await service.restart();

    // It was not answered: the same command, with the same id, so that a board that did it answers from memory.
    const again = await board.connect(service, accepted, link.epoch + 1);
    expect(await readCommand(again, 1)).toMatchObject({ commandId: first.id });
    // A result of another command, and of one that never was, moves nothing.
    await answer(again, second.id, 'failed');
    await answer(again, '00000000-0000-4000-8000-000000000000');
    await answer(again, first.id);
    const states = async () => (await admin.commands(deviceId)).map(({ state }) => state);
    await eventually(states, (now) => now.join(' ') === 'failed done', 'both ended');
    expect(again.session.received.all).toHaveLength(2);
  });
});
