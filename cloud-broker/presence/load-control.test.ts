import { expect, test } from 'vitest';
import { LoadControl } from './load-control.ts';
import type { Rhythm } from './rules/steering.ts';

const CONFIGURED: Rhythm = { intervalS: 60, jitterS: 10 };

/** A service whose figures a test sets. */
class Figures {
  readonly counted = { never: 0, online: 50_000, late: 0, offline: 0, connected: 50_000 };
  heartbeats = 1_000_000;
  readonly told: Rhythm[] = [];
  readonly warned: object[] = [];
  boardsPerS: number | null = null;
  commit: (ms: number) => void = () => undefined;
  readonly control: LoadControl;

  constructor() {
    const figures = this as Figures;
    this.control = new LoadControl({
      configured: CONFIGURED,
      registry: {
        counts: () => figures.counted,
        get heartbeats() {
          return figures.heartbeats;
        },
        rhythm: CONFIGURED,
        steer: (rhythm) => figures.told.push(rhythm),
      },
      store: {
        onTimed: (listener) => {
          figures.commit = listener;
        },
      },
      boardsPerS: () => figures.boardsPerS,
      log: { warn: (details: object) => figures.warned.push(details) },
    });
  }

  /** Ten seconds with so many heartbeats a second, and commits of so many milliseconds. */
  look(perSecond: number, commitsMs: number[], lagMs = 2): void {
    this.heartbeats += perSecond * 10;
    for (const ms of commitsMs) this.commit(ms);
    this.control.look(10_000, lagMs);
  }
}

test('[P4] what the store took and how long it took lengthens the interval, for new devices and those that are there', () => {
  const service = new Figures();
  for (let look = 0; look < 3; look += 1) service.look(800, [5, 5, 180]);
  expect(service.told).toEqual([{ intervalS: 90, jitterS: 10 }]);
  expect(service.warned).toMatchObject([{ from: 60, intervalS: 90, measured: { heartbeatsPerS: 800, connected: 50_000 } }]);
});

test('[P4] each look has figures of its own: what was slow before is not counted again', () => {
  const service = new Figures();
  service.look(800, [180]);
  for (let look = 0; look < 20; look += 1) service.look(800, []);
  for (let look = 0; look < 20; look += 1) service.look(800, [5]);
  expect(service.told).toEqual([]);
  for (let look = 0; look < 3; look += 1) service.look(800, [5], 120);
  expect(service.told).toHaveLength(1);
});

test('[P4] the jitter follows the rate at which boards were let in, and the herd that would come back', () => {
  const service = new Figures();
  service.boardsPerS = 2000;
  service.look(800, [5]);
  service.look(800, [5]);
  expect(service.told).toEqual([{ intervalS: 60, jitterS: 25 }]);
  expect(service.warned).toEqual([]);
});
