import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, deviceDown, encode, MAX_EPOCH } from '../../protocol/messages.ts';
import type { Flush } from './flush.ts';
import { beatOf, birthOf, DEVICE, INTERVAL_S, START, STORED, testRegistry, until } from './test-support.ts';

describe('what is acknowledged', () => {
  test('[P5] a heartbeat’s promise resolves only after the flush that holds it resolved', async () => {
    const { registry, flushes, answer } = testRegistry([STORED]);
    const onDisk = Promise.withResolvers<void>();
    answer.next = () => onDisk.promise;
    let acknowledged = false;
    const heartbeat = (async () => {
      await registry.heartbeat(DEVICE, beatOf(7));
      acknowledged = true;
    })();
    await until(() => flushes.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(acknowledged).toBe(false);
    expect(flushes[0]?.rows).toMatchObject([{ deviceId: DEVICE, epoch: 7, lastHeartbeatAt: START, health: '{"cpuPercent":5}' }]);
    onDisk.resolve();
    await heartbeat;
    expect(acknowledged).toBe(true);
  });

  test('[P5] what comes while a flush is under way waits for the next one, never for the one that has begun', async () => {
    const { registry, flushes, answer } = testRegistry([STORED, { ...STORED, deviceId: 'dev-00000002' }]);
    const first = Promise.withResolvers<void>();
    answer.next = () => first.promise;
    const early = registry.heartbeat(DEVICE, beatOf(7));
    await until(() => flushes.length === 1);
    answer.next = async () => {};
    let lateDone = false;
    const late = (async () => {
      await registry.heartbeat('dev-00000002', beatOf(7));
      lateDone = true;
    })();
    // Another registry's flush takes the time that the second one would have been gathering.
    const other = testRegistry([STORED]);
    await other.registry.heartbeat(DEVICE, beatOf(7));
    expect(flushes).toHaveLength(1);
    first.resolve();
    await early;
    expect(lateDone).toBe(false);
    await late;
    expect(flushes.map(({ rows }) => rows.map(({ deviceId }) => deviceId))).toEqual([[DEVICE], ['dev-00000002']]);
  });

  test('[P5] heartbeats that come together share one flush, one row a device', async () => {
    const devices = Array.from({ length: 500 }, (_, n) => ({ ...STORED, deviceId: `dev-${String(n).padStart(8, '0')}` }));
    const { registry, flushes } = testRegistry(devices);
    const heard: string[][] = [];
    registry.onHeartbeats((ids) => heard.push(ids));
    await Promise.all(
      devices.flatMap(({ deviceId }) => [
        registry.heartbeat(deviceId, beatOf(7)),
        registry.heartbeat(deviceId, beatOf(7, { seq: 2, health: { cpuPercent: 99 } })),
      ]),
    );
    expect(flushes.length).toBeLessThanOrEqual(2);
    expect(flushes[0]?.rows).toHaveLength(500);
    expect(flushes[0]?.rows[0]?.health).toBe('{"cpuPercent":99}');
    expect(heard[0]).toHaveLength(500);
  });

  test('[P5] a failed flush rejects those it held, is reported, and keeps its data for the next', async () => {
    const { registry, flushes, errors, answer, time } = testRegistry([STORED]);
    answer.next = async () => {
      throw new Error('disk is full');
    };
    await expect(registry.birth(DEVICE, birthOf(8))).rejects.toThrow('disk is full');
    expect(errors).toHaveLength(1);
    answer.next = async () => {};
    time.now += 1000;
    registry.sweep();
    await until(() => flushes.length === 2);
    expect(flushes[1]).toMatchObject({
      rows: [{ deviceId: DEVICE, epoch: 8, inventory: '{"cpu":"ARM"}' }],
      births: [{ deviceId: DEVICE, agentVersion: '0.1.0' }],
    });
  });

  test('[P5] what the store has is not sent again; what changed while it was written is', async () => {
    const { registry, flushes, answer } = testRegistry([STORED]);
    const first = Promise.withResolvers<void>();
    answer.next = () => first.promise;
    const births = [registry.birth(DEVICE, birthOf(8))];
    await until(() => flushes.length === 1);
    births.push(registry.birth(DEVICE, birthOf(9, { inventory: { cpu: 'new' }, agentVersion: '0.2.0' })));
    answer.next = async () => {};
    first.resolve();
    await Promise.all(births);
    await registry.heartbeat(DEVICE, beatOf(9));
    expect(flushes.map(({ rows }) => rows[0]?.inventory)).toEqual(['{"cpu":"ARM"}', '{"cpu":"new"}', null]);
    expect(flushes.map(({ births: sent }) => sent.map(({ agentVersion }) => agentVersion))).toEqual([['0.1.0'], ['0.2.0'], []]);
  });

  test('[P5] closing flushes what is dirty', async () => {
    const { registry, flushes } = testRegistry([STORED]);
    const heartbeat = registry.heartbeat(DEVICE, beatOf(7));
    await registry.close();
    expect(flushes).toHaveLength(1);
    await heartbeat;
  });
});

describe('births', () => {
  test('[P3] one that is higher is answered with the settings of now; one that is not, with epochFrom, and is not stored', async () => {
    const { registry, flushes, time } = testRegistry([STORED]);
    time.now += 250;
    const settings = { type: 'settings', intervalS: INTERVAL_S, jitterS: 10, now: new Date(START + 250).toISOString() };
    expect(await registry.birth(DEVICE, birthOf(7))).toEqual({ ...settings, epochFrom: 8 });
    expect(flushes).toEqual([]);
    expect(await registry.birth(DEVICE, birthOf(8, { firmware: '2', at: new Date(START + 9250).toISOString() }))).toEqual(
      settings,
    );
    expect(flushes).toMatchObject([{ rows: [{ epoch: 8, clockDifferenceMs: 9000 }], births: [{ firmware: '2' }] }]);
  });

  test('[P3] one at the very end of the range is sent back to 1, and is taken from there on, whatever was stored', async () => {
    for (const epoch of [0, 7, MAX_EPOCH - 1, MAX_EPOCH]) {
      const { registry, flushes } = testRegistry([{ ...STORED, epoch, status: 'never' }]);
      expect(await registry.birth(DEVICE, birthOf(MAX_EPOCH))).toMatchObject({ epochFrom: 1 });
      await registry.heartbeat(DEVICE, beatOf(MAX_EPOCH));
      expect(await registry.birth(DEVICE, birthOf(1))).not.toHaveProperty('epochFrom');
      await registry.heartbeat(DEVICE, beatOf(1));
      expect(registry.counts()).toMatchObject({ online: 1 });
      expect(flushes.at(-1)?.rows).toMatchObject([{ epoch: 1, lastHeartbeatAt: START }]);
      expect(await registry.birth(DEVICE, birthOf(1))).toMatchObject({ epochFrom: 2 });
    }
  });

  test('[P3] whatever epochs come, no answer carries one outside of the range, and it is taken', async () => {
    const epoch = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: MAX_EPOCH - 3, max: MAX_EPOCH }));
    const heard = fc.record({ kind: fc.constantFrom('birth', 'heartbeat', 'will'), epoch });
    await fc.assert(
      fc.asyncProperty(fc.array(heard, { maxLength: 8 }), epoch, async (before, last) => {
        const { registry } = testRegistry([STORED]);
        for (const { kind, epoch: each } of before) {
          if (kind === 'birth') await registry.birth(DEVICE, birthOf(each));
          else if (kind === 'will') await registry.will(DEVICE, { type: 'will', epoch: each });
          else await registry.heartbeat(DEVICE, beatOf(each), false);
        }
        let answer = await registry.birth(DEVICE, birthOf(last));
        for (let tries = 0; answer.type === 'settings' && answer.epochFrom !== undefined; tries += 1) {
          expect(tries).toBeLessThan(2);
          expect(decode(deviceDown, encode(answer))).toMatchObject({ ok: true });
          answer = await registry.birth(DEVICE, birthOf(answer.epochFrom));
        }
      }),
      { numRuns: 30 },
    );
  });

  test('[P3] what an older session still sends changes nothing, its health neither', async () => {
    const { registry } = testRegistry([STORED]);
    await registry.birth(DEVICE, birthOf(8));
    await registry.heartbeat(DEVICE, beatOf(8, { health: { cpuPercent: 8 } }));
    await registry.heartbeat(DEVICE, beatOf(7, { health: { cpuPercent: 7 } }));
    await registry.will(DEVICE, { type: 'will', epoch: 7 });
    expect(registry.of(DEVICE)).toMatchObject({ health: { cpuPercent: 8 } });
    expect(registry.counts()).toMatchObject({ online: 1 });
  });
});

describe('the sweep', () => {
  /** Transitions that were flushed, as `status@seconds since the start`. */
  const transitionsOf = (flushes: Flush[]): string[] =>
    flushes.flatMap(({ transitions }) => transitions.map(({ status, since }) => `${status}@${(since - START) / 1000}`));

  test('[P2] late and offline come by themselves, each once', async () => {
    const { registry, flushes, time } = testRegistry();
    registry.connected(DEVICE);
    await registry.birth(DEVICE, birthOf(1));
    for (const second of [139, 140, 141, 150, 210, 211, 212, 300]) {
      time.now = START + second * 1000;
      const before = flushes.length;
      registry.sweep();
      if (second === 141 || second === 211) await until(() => flushes.length > before);
    }
    expect(transitionsOf(flushes)).toEqual(['online@0', 'late@141', 'offline@211']);
    expect(registry.counts()).toEqual({ never: 0, online: 0, late: 0, offline: 1, connected: 1 });
  });

  test('[P2] a change that a connection or its end brings to light is stored too', async () => {
    for (const what of ['connected', 'disconnected'] as const) {
      const { registry, flushes, time } = testRegistry();
      registry.connected(DEVICE);
      await registry.birth(DEVICE, birthOf(1));
      if (what === 'connected') registry.disconnected(DEVICE);
      time.now = START + 211_000;
      registry[what](DEVICE);
      await until(() => flushes.length === 2);
      expect(transitionsOf(flushes)).toEqual(['online@0', 'offline@211']);
    }
  });

  test('[P2] goodbye is offline at once, a last will after the grace', async () => {
    const { registry, flushes, time } = testRegistry();
    registry.connected(DEVICE);
    await registry.birth(DEVICE, birthOf(1));
    await registry.will(DEVICE, { type: 'will', epoch: 1 });
    time.now = START + 30_000;
    registry.sweep();
    await until(() => flushes.length === 3);
    await registry.birth(DEVICE, birthOf(2));
    await registry.will(DEVICE, { type: 'will', epoch: 2, reason: 'shutdown' });
    expect(transitionsOf(flushes)).toEqual(['online@0', 'offline@30', 'online@30', 'offline@30']);
    expect(flushes.at(-1)?.rows).toMatchObject([{ ended: 'said', endedAt: START + 30_000 }]);
  });
});

test('[P2] what comes and goes is known by name, and told of once it has stayed for ten minutes', () => {
  const { registry, time } = testRegistry([STORED, { ...STORED, deviceId: 'dev-00000002' }]);
  const told: string[][] = [];
  registry.onHeartbeats((deviceIds) => told.push(deviceIds));
  const comeAndGo = (deviceId: string): void => {
    registry.connected(deviceId);
    registry.disconnected(deviceId);
  };
  for (let n = 0; n < 7; n += 1) {
    expect([...registry.unstable()]).toEqual([]);
    comeAndGo('dev-00000002');
    comeAndGo(DEVICE);
    if (n === 0) comeAndGo(DEVICE);
    if (n === 5) break;
    time.now += 60_000;
  }
  expect([...registry.unstable()]).toEqual([DEVICE]);
  time.now += 10 * 60_000;
  expect([...registry.unstable()]).toEqual([]);
  registry.sweep();
  registry.sweep();
  expect(told).toEqual([[DEVICE]]);
  registry.forget(DEVICE);
  expect([...registry.unstable()]).toEqual([]);
});

describe('after a restart', () => {
  test('[P4] nobody is declared offline before one whole silence; then those who did not come back are', async () => {
    const silent = { ...STORED, deviceId: 'dev-00000002', lastHeartbeatAt: START - 3_600_000 };
    const { registry, flushes, time } = testRegistry([STORED, silent]);
    const known = { connected: false, flapping: false, lastHeartbeatAt: START - 5000, health: { cpuPercent: 1 } };
    expect(registry.of(DEVICE)).toEqual(known);
    time.now = START + 140_000;
    registry.sweep();
    expect(registry.counts()).toMatchObject({ online: 2 });
    time.now = START + 211_000;
    registry.sweep();
    await until(() => flushes.length === 1);
    expect(flushes[0]?.transitions.map(({ status }) => status)).toEqual(['offline', 'offline']);
  });

  test('[P2] a device enrolled again and not heard since is still never, whatever it sent in its earlier life', () => {
    const { registry, flushes, time } = testRegistry([
      { ...STORED, status: 'never', statusSince: START, lastHeartbeatAt: START - 3_600_000 },
    ]);
    time.now = START + 3_600_000;
    registry.sweep();
    registry.connected(DEVICE);
    expect([registry.counts().never, flushes]).toEqual([1, []]);
  });

  test('[P2] one that was born, never sent a heartbeat and went offline is still offline', () => {
    const { registry, flushes } = testRegistry([
      { ...STORED, status: 'offline', statusSince: START - 60_000, lastHeartbeatAt: null },
    ]);
    registry.sweep();
    registry.connected(DEVICE);
    expect([registry.counts().offline, flushes]).toEqual([1, []]);
  });
});

describe('who is on the roll', () => {
  test('[E9] an unenrolled device is on no roll, also when its last message comes after', async () => {
    const { registry, flushes } = testRegistry([STORED]);
    registry.forget(DEVICE);
    await registry.heartbeat(DEVICE, beatOf(8));
    expect(await registry.birth(DEVICE, birthOf(9))).toMatchObject({ type: 'settings' });
    await registry.will(DEVICE, { type: 'will', epoch: 8 });
    registry.disconnected(DEVICE);
    expect(registry.of(DEVICE)).toBeNull();
    expect([registry.counts(), flushes]).toEqual([{ never: 0, online: 0, late: 0, offline: 0, connected: 0 }, []]);
  });

  test('[P1] connected follows the sessions', () => {
    const { registry } = testRegistry([STORED]);
    registry.connected(DEVICE);
    expect([registry.of(DEVICE)?.connected, registry.counts().connected]).toEqual([true, 1]);
    registry.disconnected(DEVICE);
    expect([registry.of(DEVICE)?.connected, registry.counts().connected]).toEqual([false, 0]);
    expect(() => registry.disconnected(DEVICE)).toThrow('broken rule');
    registry.connected(DEVICE);
    expect(() => registry.connected(DEVICE)).toThrow('broken rule');
    expect(registry.counts().connected).toBe(1);
  });
});
