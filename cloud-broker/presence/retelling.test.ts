import { expect, onTestFinished, test } from 'vitest';
import { PresenceRegistry } from './presence-registry.ts';
import type { Rhythm } from './rules/steering.ts';

const START = Date.UTC(2026, 10, 23, 8);
const DEVICE = 'dev-00000001';
const FIRST: Rhythm = { intervalS: 60, jitterS: 10 };
const LONGER: Rhythm = { intervalS: 300, jitterS: 40 };

class Herd {
  now = START;
  readonly registry: PresenceRegistry;

  constructor() {
    this.registry = new PresenceRegistry(
      {
        flush: async () => undefined,
        clock: () => this.now,
        heartbeat: FIRST,
        thresholds: { jitterS: FIRST.jitterS, graceS: 60 },
        onFlushError: (error) => {
          throw error;
        },
      },
      [],
    );
    onTestFinished(async () => this.registry.close());
  }

  async born(epoch = 1, intervalS = 60): Promise<unknown> {
    this.registry.connected(DEVICE);
    const at = new Date(this.now).toISOString();
    return this.registry.birth(DEVICE, { type: 'birth', epoch, at, agentVersion: '1', intervalS, inventory: {} });
  }

  /** What a heartbeat is answered with. */
  beat(afterS: number, intervalS = 60): unknown {
    this.now += afterS * 1000;
    const at = new Date(this.now).toISOString();
    void this.registry.heartbeat(DEVICE, { type: 'heartbeat', epoch: 1, seq: 1, at, uptimeS: 1, intervalS, health: {} }, false);
    return this.registry.retold(DEVICE);
  }

  get late(): number {
    this.registry.sweep();
    return this.registry.counts().late;
  }
}

test('[P4] a device that is connected gets other settings with its next heartbeat, once', async () => {
  const herd = new Herd();
  expect(await herd.born()).toMatchObject(FIRST);
  expect(herd.beat(0)).toBeNull();
  herd.registry.steer(LONGER);
  expect(herd.beat(60)).toEqual({ type: 'settings', ...LONGER, now: new Date(START + 60_000).toISOString() });
  // It has not said yet that it took them; it is not told at every heartbeat.
  expect([herd.beat(1), herd.beat(1)]).toEqual([null, null]);
  herd.registry.steer({ ...LONGER, jitterS: 42 });
  expect(herd.beat(300, 300)).toBeNull();
  herd.registry.steer(FIRST);
  expect(herd.beat(300, 300)).toMatchObject(FIRST);
});

test('[P4] what a birth is answered with is the rhythm of now, and is not told again', async () => {
  const herd = new Herd();
  herd.registry.steer(LONGER);
  expect(await herd.born()).toMatchObject(LONGER);
  expect(herd.beat(0)).toBeNull();
  expect(herd.registry.retold('dev-of-nobody')).toBeNull();
});

test('[P4] [P2] nobody is late by being told to be heard less often, at a birth or between two heartbeats', async () => {
  const herd = new Herd();
  herd.registry.steer(LONGER);
  await herd.born();
  herd.beat(0);
  herd.now += 340_000;
  expect(herd.late).toBe(0);
  herd.registry.steer({ intervalS: 600, jitterS: 40 });
  herd.beat(0, 300);
  herd.now += 640_000;
  expect(herd.late).toBe(0);
  // It is late by what it was told, not for ever excused.
  herd.now = START + 340_000 + (2 * 610 + 1) * 1000;
  expect(herd.late).toBe(1);
});
