import { describe, expect, test } from 'vitest';
import { CommandDispatcher, type CommandMessage } from './dispatcher.ts';
import { ANSWER_MS, COMMAND_LIFE_MS } from './rules.ts';

const DEVICE = 'd-0000000000000001';

/** A dispatcher whose store is a list, and whose device takes what it is sent. */
function stage() {
  const time = { now: 1_000_000 };
  const open: { id: string; name: string; args: string; expiresAt: number }[] = [];
  const sent: CommandMessage[] = [];
  const moved: string[] = [];
  const line = { connected: true, acknowledge: [] as (() => void)[] };
  const dispatcher = new CommandDispatcher({
    open: async (_deviceId, now) => open.filter(({ expiresAt }) => expiresAt > now),
    async send(_deviceId, command, acknowledged) {
      if (!line.connected) return false;
      sent.push(command);
      line.acknowledge.push(acknowledged);
      return true;
    },
    moved: async (_deviceId, commandId, to) => void moved.push(`${commandId} ${to}`),
    clock: () => time.now,
  });
  const wish = (id: string, name = 'identify', args = '{}'): void => {
    open.push({ id, name, args, expiresAt: time.now + COMMAND_LIFE_MS });
  };
  const answer = async (id: string): Promise<void> => {
    const at = open.findIndex((command) => command.id === id);
    if (at !== -1) open.splice(at, 1);
    await dispatcher.answered(DEVICE, id);
  };
  return { time, open, sent, moved, line, dispatcher, wish, answer, ids: () => sent.map(({ commandId }) => commandId) };
}

describe('[P8] delivery', () => {
  test('[P8] begins when the device is ready, one at a time, the next after the result', async () => {
    const { dispatcher, wish, answer, ids, sent, moved, line } = stage();
    wish('a');
    wish('b', 'set-tags', '{"tags":["north"]}');
    await dispatcher.added(DEVICE);
    expect(ids()).toEqual([]);
    await dispatcher.ready(DEVICE);
    await dispatcher.added(DEVICE);
    expect(ids()).toEqual(['a']);
    expect(sent[0]).toEqual({ type: 'command', commandId: 'a', name: 'identify', args: {}, expiresInS: 86_400 });
    await Promise.resolve();
    line.acknowledge[0]?.();
    await Promise.resolve();
    expect(moved).toEqual(['a sent', 'a delivered']);
    await answer('a');
    expect(ids()).toEqual(['a', 'b']);
    expect(sent[1]?.args).toEqual({ tags: ['north'] });
  });

  test('[P8] a new command to a device that is ready goes at once', async () => {
    const { dispatcher, wish, ids } = stage();
    await dispatcher.ready(DEVICE);
    wish('a');
    await dispatcher.added(DEVICE);
    expect(ids()).toEqual(['a']);
  });

  test('[P8] what comes while the store is asked is asked for once more, and nothing is sent twice', async () => {
    const { dispatcher, wish, answer, ids } = stage();
    const ready = dispatcher.ready(DEVICE);
    wish('a');
    wish('b');
    await Promise.all([ready, dispatcher.added(DEVICE), dispatcher.added(DEVICE)]);
    expect(ids()).toEqual(['a']);
    await answer('a');
    expect(ids()).toEqual(['a', 'b']);
  });

  test('[P8] nothing is sent to a session that ended while the store was asked, or began since', async () => {
    const { dispatcher, wish, ids } = stage();
    wish('a');
    const ready = dispatcher.ready(DEVICE);
    dispatcher.gone(DEVICE);
    await ready;
    expect(ids()).toEqual([]);
    await Promise.all([dispatcher.ready(DEVICE), dispatcher.ready(DEVICE)]);
    expect(ids()).toEqual(['a']);
  });

  test('[P8] what was not answered is sent again in the next session', async () => {
    const { dispatcher, wish, ids } = stage();
    wish('a');
    await dispatcher.ready(DEVICE);
    dispatcher.gone(DEVICE);
    await dispatcher.added(DEVICE);
    expect(ids()).toEqual(['a']);
    await dispatcher.ready(DEVICE);
    expect(ids()).toEqual(['a', 'a']);
  });

  test('[P8] what is not answered in time makes way, and waits for the next session', async () => {
    const { dispatcher, wish, answer, ids, time } = stage();
    wish('a');
    wish('b');
    await dispatcher.ready(DEVICE);
    time.now += ANSWER_MS - 1;
    await dispatcher.sweep();
    expect(ids()).toEqual(['a']);
    time.now += 1;
    await dispatcher.sweep();
    expect(ids()).toEqual(['a', 'b']);
    await answer('b');
    expect(ids()).toEqual(['a', 'b']);
    await dispatcher.ready(DEVICE);
    expect(ids()).toEqual(['a', 'b', 'a']);
  });

  test('[P8] a device that came back stands at the end of those that are waited for', async () => {
    const { dispatcher, wish, ids, time } = stage();
    wish('a');
    wish('b');
    await dispatcher.ready(DEVICE);
    await dispatcher.ready('d-0000000000000002');
    time.now += ANSWER_MS / 2;
    await dispatcher.ready(DEVICE);
    time.now += ANSWER_MS / 2;
    await dispatcher.sweep();
    expect(ids()).toEqual(['a', 'a', 'a', 'b']);
  });

  test('[P8] is told how long it is still good for, and not sent when that is over', async () => {
    const { dispatcher, wish, sent, ids, time } = stage();
    wish('a');
    wish('b');
    time.now += COMMAND_LIFE_MS - 1500;
    await dispatcher.ready(DEVICE);
    expect(sent[0]?.expiresInS).toBe(2);
    dispatcher.gone(DEVICE);
    time.now += 1500;
    await dispatcher.ready(DEVICE);
    expect(ids()).toEqual(['a']);
  });

  test('[P8] a clock that went back makes no command live longer than a day', async () => {
    const { dispatcher, wish, time, sent } = stage();
    wish('a');
    time.now -= 90 * 86_400_000;
    await dispatcher.ready(DEVICE);
    expect(sent[0]?.expiresInS).toBe(86_400);
  });

  test('[P8] an answer to another command changes nothing', async () => {
    const { dispatcher, wish, ids } = stage();
    wish('a');
    wish('b');
    await dispatcher.ready(DEVICE);
    await dispatcher.answered(DEVICE, 'b');
    await dispatcher.answered('d-0000000000000002', 'a');
    expect(ids()).toEqual(['a']);
  });

  test('[P8] what could not be handed over is not said to be sent', async () => {
    const { dispatcher, wish, moved, line } = stage();
    line.connected = false;
    wish('a');
    await dispatcher.ready(DEVICE);
    await Promise.resolve();
    expect(moved).toEqual([]);
  });
});
