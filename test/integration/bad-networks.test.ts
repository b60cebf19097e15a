import { describe, expect, test } from 'vitest';
import { clockMoved } from '../../agent/support/clock.ts';
import type { Direction } from '../support/fault-proxy.ts';
import { newDisplay, someAtATime } from '../support/display.ts';
import { LineDisplay } from '../support/line-display.ts';
import { eventually } from '../support/process.ts';
import { seededRandom } from '../support/seed.ts';
import { CREDITS, TestService } from '../support/service.ts';
import type { TestAdmin } from '../support/api-client.ts';

const BEATS = { ROLLCALL_HEARTBEAT_S: '1', ROLLCALL_JITTER_S: '0' };

async function served(seeds: readonly string[], environment: Record<string, string> = BEATS) {
  const service = await TestService.start({ environment });
  const admin = await service.domain('springfield');
  await service.list(seeds.map((board) => ({ board })));
  return { service, admin };
}

/** However often each asked: one device a board, and its credits once. */
async function onceEach(admin: TestAdmin, boards: number): Promise<void> {
  expect(await admin.devices()).toHaveLength(boards);
  const grants = (await admin.history()).filter(({ credits }) => credits === CREDITS);
  expect([grants.length, (await admin.billing()).balance]).toEqual([boards, boards * CREDITS]);
}

async function online(admin: TestAdmin, boards: number): Promise<void> {
  await eventually(
    async () => admin.devices({ status: 'online' }),
    (devices) => devices.filter(({ connected }) => connected).length === boards,
    `${boards} online`,
  );
}

describe('a line that breaks while a display enrols', () => {
  test('[E3] cut after any number of bytes, either way: asked again with the same key, one device, its credits once', async () => {
    const seeds = Array.from({ length: 48 }, (_, index) => `cut-${index}`);
    const { service, admin } = await served(['whole', ...seeds]);
    const whole = await LineDisplay.make(service, 'whole');
    expect(await whole.enrol('springfield')).toMatchObject({ kind: 'accepted' });
    const { up, down } = whole.proxy.carried;
    const replays: boolean[] = [];
    await someAtATime(seeds, 12, async (seed, index) => {
      const direction: Direction = index % 2 === 0 ? 'up' : 'down';
      const share = (Math.floor(index / 2) + 0.5) / (seeds.length / 2);
      const display = await LineDisplay.make(service, seed);
      display.proxy.truncate(direction, Math.floor((direction === 'up' ? up : down) * share));
      const outcome = await display.enrol('springfield');
      expect(outcome).toMatchObject({ kind: 'accepted' });
      replays.push(outcome.kind === 'accepted' && outcome.accepted.replay);
      expect(display.proxy.taken).toBeGreaterThan(1);
    });
    // Some were accepted the first time, and never heard of it.
    expect(replays.filter(Boolean).length).toBeGreaterThan(1);
    await onceEach(admin, seeds.length + 1);
  });
});

describe('a line that breaks while a display lives as a device', () => {
  test('[P2] [P3] [P6] cut, refused, half open: it comes back by itself; the silence is `lost`, and it was running in it', async () => {
    const { service, admin } = await served(['hall']);
    const hall = await LineDisplay.make(service, 'hall');
    await hall.enrol('springfield');
    void hall.run();
    await eventually(
      () => hall.connected,
      (connected) => connected === 1,
      'it came in',
    );
    await online(admin, 1);
    for (const fault of [() => hall.proxy.cut('reset'), () => hall.proxy.cut('end')]) {
      const before = { connected: hall.connected, epoch: hall.store.state.epoch.lastUsed };
      fault();
      await eventually(
        () => hall.connected,
        (connected) => connected > before.connected,
        'it is back',
      );
      expect(hall.store.state.epoch.lastUsed).toBeGreaterThan(before.epoch);
    }
    await online(admin, 1);
    const before = hall.connected;
    hall.proxy.freeze();
    const [gone] = await eventually(
      async () => admin.devices({ status: 'offline' }),
      ({ length }) => length === 1,
      'the silence is seen',
    );
    await eventually(
      () => hall.events.filter((event) => event === 'link-lost').length,
      (lost) => lost >= 3,
      'it noticed too',
    );
    hall.proxy.heal();
    hall.proxy.refuse();
    hall.proxy.cut('reset');
    hall.proxy.heal();
    await online(admin, 1);
    await eventually(
      () => hall.connected,
      (connected) => connected > before,
      'it is back',
    );
    const beats = hall.beats;
    await eventually(
      () => hall.beats,
      (now) => now > beats,
      'the summary went with a heartbeat',
    );
    const presence = await eventually(
      async () => admin.presence(gone?.id ?? ''),
      ({ spans }) => spans.some(({ running }) => running),
      'it was running',
    );
    expect(new Set(presence.spans.filter(({ status }) => status === 'offline').map(({ how }) => how))).toEqual(new Set(['lost']));
    expect(presence.spans.filter(({ running }) => running).map(({ status }) => status)).not.toContain('online');
    await onceEach(admin, 1);
  });

  test('[E3] [P3] a network that goes wrong again and again, in ways drawn by lot: all are back, one device each', async () => {
    const seeds = Array.from({ length: 6 }, (_, index) => `lot-${index}`);
    const { service, admin } = await served(seeds);
    const seed = Number(process.env['ROLLCALL_TEST_SEED'] ?? 20_261_124);
    const displays = await Promise.all(seeds.map(async (name) => LineDisplay.make(service, name)));
    await Promise.all(
      displays.map(async (display, index) => {
        const random = seededRandom(seed + index);
        const faults = (async () => {
          for (let n = 0; n < 4; n += 1) await goWrong(display, random);
          display.proxy.heal();
        })();
        expect(await display.enrol('springfield')).toMatchObject({ kind: 'accepted' });
        void display.run();
        await faults;
        // What was half open stays so: the display has to notice by itself.
      }),
    );
    await online(admin, seeds.length);
    await onceEach(admin, seeds.length);
  });
});

/** One fault, which stands until a few more connections were tried or some data went through. */
async function goWrong({ proxy }: LineDisplay, random: () => number): Promise<void> {
  proxy.heal();
  const kind = Math.floor(random() * 5);
  if (kind === 0) proxy.cut('reset');
  else if (kind === 1) proxy.cut('end');
  else if (kind === 2) proxy.refuse();
  else if (kind === 3) proxy.truncate(random() < 0.5 ? 'up' : 'down', Math.floor(random() * 6000));
  else proxy.delayMs = Math.floor(random() * 300);
  const { taken } = proxy;
  const carried = proxy.carried.up;
  if (kind === 2) proxy.cut('reset');
  await eventually(() => proxy.taken > taken || proxy.carried.up > carried + 200, Boolean, 'something was tried');
}

describe('a display by itself, with its own clock and folder', () => {
  test('[P1] [P6] believes it is 1970, enrols, and is shown with the service’s times', async () => {
    const { service, admin } = await served(['attic']);
    const began = Date.now();
    const attic = newDisplay(service, 'attic', clockMoved(-began));
    expect((await attic.run(['enroll', '--domain', 'springfield'])).json).toMatchObject({ outcome: 'accepted' });
    attic.start(['run', '--json']);
    const [device] = await eventually(
      async () => admin.devices({ status: 'online' }),
      (devices) => devices.some(({ lastHeartbeatAt }) => lastHeartbeatAt !== null),
      'it is heard',
    );
    for (const at of [device?.enrolledAt, device?.statusSince, device?.lastHeartbeatAt])
      expect(Math.abs(Date.parse(at ?? '') - began)).toBeLessThan(120_000);
  });

  test('[S2] [S3] was off for a summer, while the service moved: it is back as the same device, and asked for nothing', async () => {
    const { service, admin } = await served(['hall']);
    const hall = newDisplay(service, 'hall');
    expect((await hall.run(['enroll', '--domain', 'springfield'])).json).toMatchObject({ outcome: 'accepted' });
    const { enrolment } = hall.state();
    await service.stop();
    await service.restart({ moved: true });
    const agent = hall.start(['run', '--json'], clockMoved(75 * 86_400_000));
    await agent.event('connected');
    await online(admin, 1);
    expect(hall.state().enrolment).toEqual(enrolment);
    expect(agent.log.all.map(({ event }) => event)).not.toContain('renewal');
    await onceEach(admin, 1);
  });
});
