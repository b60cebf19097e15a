import { describe, expect, test } from 'vitest';
import {
  afterRestart,
  isFlapping,
  isStaleBirth,
  neverHeard,
  nextCheckAt,
  reduce,
  statusAt,
  type Presence,
  type PresenceEvent,
  type Thresholds,
} from './reducer.ts';

/** One interval with its jitter is 70 s: late after 140 s, offline after 210 s. */
const THRESHOLDS: Thresholds = { jitterS: 10, graceS: 30 };
const BIRTH: PresenceEvent = { type: 'birth', epoch: 1, intervalS: 60 };
const beat = (epoch: number, intervalS: number | null = null): PresenceEvent => ({ type: 'heartbeat', epoch, intervalS });
const will = (epoch: number, said = false): PresenceEvent => ({ type: 'will', epoch, said });

/** The state after events, each at its second. */
function after(...events: [atS: number, event: PresenceEvent][]): Presence {
  return events.reduce((state, [atS, event]) => reduce(state, event, atS * 1000, THRESHOLDS), neverHeard(60, 0));
}
const statusOf = (...events: [number, PresenceEvent][]): string => after(...events).status;
const tick: PresenceEvent = { type: 'tick' };

describe('states', () => {
  test('[P2] never until something is heard; a connection alone is not heard', () => {
    expect(statusOf([1, { type: 'connected' }], [1000, tick])).toBe('never');
    expect(statusOf([1, BIRTH])).toBe('online');
    expect(after([1, { type: 'connected' }], [2, BIRTH])).toMatchObject({
      connected: true,
      lastHeartbeatAt: null,
      heardAt: 2000,
      statusSince: 2000,
    });
  });

  test('[P2] late over 2 intervals, offline over 3, with the jitter, not a moment before', () => {
    expect([140, 140.001, 210, 210.001].map((s) => statusOf([0, BIRTH], [s, tick]))).toEqual([
      'online',
      'late',
      'late',
      'offline',
    ]);
    expect([400, 400.001].map((s) => statusOf([0, BIRTH], [100, beat(1, 90)], [s, tick]))).toEqual(['late', 'offline']);
  });

  test('[P2] thresholds use the interval that the device last reported', () => {
    expect(statusOf([0, BIRTH], [1, beat(1, 600)], [1000, tick])).toBe('online');
    expect(statusOf([0, BIRTH], [1, beat(1, 600)], [2, beat(1)], [1000, tick])).toBe('online');
    expect(statusOf([0, BIRTH], [1, beat(1, 5)], [40, tick])).toBe('late');
  });

  test('[P4] who was told a longer interval is measured by it from then on, until it reports it; a shorter one changes nothing', () => {
    const told = (intervalS: number): PresenceEvent => ({ type: 'told', intervalS });
    const lateOver = (second: number, ...events: [number, PresenceEvent][]): void => {
      expect([second, second + 0.001].map((s) => statusOf([0, BIRTH], ...events, [s, tick]))).toEqual(['online', 'late']);
    };
    lateOver(10 + 2 * 310, [10, told(300)]);
    expect(statusOf([0, BIRTH], [10, told(300)], [10 + 3 * 310 + 0.001, tick])).toBe('offline');
    // What was on its way when it was told does not count as an answer.
    lateOver(10 + 2 * 310, [10, told(300)], [11, beat(1, 60)]);
    lateOver(250 + 2 * 310, [10, told(300)], [250, beat(1, 300)]);
    lateOver(140, [10, told(60)]);
    lateOver(20 + 140, [10, told(300)], [20, told(30)], [20, beat(1, 60)]);
    lateOver(20 + 140, [10, told(300)], [20, { type: 'birth', epoch: 2, intervalS: 60 }]);
    expect(statusOf([0, BIRTH], [10, told(300)], [20, will(1)], [50, tick])).toBe('offline');
  });

  test('[P2] offline when its last will fired and it did not come back within the grace; how: lost', () => {
    expect([39.999, 40].map((s) => statusOf([0, BIRTH], [10, will(1)], [s, tick]))).toEqual(['online', 'offline']);
    expect(after([0, BIRTH], [10, will(1)], [50, tick])).toMatchObject({ ended: 'lost', endedAt: 10_000, statusSince: 50_000 });
    expect(statusOf([0, BIRTH], [10, will(1)], [20, { type: 'birth', epoch: 2, intervalS: 60 }], [100, tick])).toBe('online');
    expect(statusOf([0, BIRTH], [10, will(1)], [20, beat(1)], [100, tick])).toBe('online');
  });

  test('[P2] offline at once when it said goodbye; the will that the closing connection fires changes nothing', () => {
    expect(after([0, BIRTH], [10, will(1, true)], [11, will(1)])).toMatchObject({
      status: 'offline',
      ended: 'said',
      endedAt: 10_000,
      statusSince: 10_000,
    });
  });

  test('[P2] each state keeps its since-time', () => {
    const state = after([0, BIRTH], [60, beat(1)], [120, beat(1)]);
    expect([state.status, state.statusSince, state.lastHeartbeatAt]).toEqual(['online', 0, 120_000]);
    expect(after([0, BIRTH], [150, tick], [170, tick])).toMatchObject({ status: 'late', statusSince: 150_000 });
  });

  test('[P1] connected is a fact of its own', () => {
    expect(after([0, { type: 'connected' }], [1, BIRTH], [2, { type: 'disconnected' }])).toMatchObject({
      connected: false,
      status: 'online',
    });
    expect(after([0, { type: 'connected' }], [1, BIRTH], [500, tick])).toMatchObject({ connected: true, status: 'offline' });
  });
});

describe('epochs', () => {
  test('[P3] a birth that is not higher is not taken; the first one is any from 1', () => {
    expect([1, 2, 3].map((epoch) => isStaleBirth({ ...neverHeard(60, 0), epoch: 2 }, epoch))).toEqual([true, true, false]);
    expect(isStaleBirth(neverHeard(60, 0), 1)).toBe(false);
    const state = after([0, { type: 'birth', epoch: 5, intervalS: 60 }]);
    expect(reduce(state, { type: 'birth', epoch: 5, intervalS: 1 }, 1000, THRESHOLDS)).toEqual(state);
  });

  test('[P3] a will or a heartbeat of an older session says nothing', () => {
    const newer: [number, PresenceEvent] = [10, { type: 'birth', epoch: 2, intervalS: 60 }];
    expect(after([0, BIRTH], newer, [11, will(1)], [12, will(1, true)])).toMatchObject({ status: 'online', ended: null });
    expect(after([0, BIRTH], newer, [100, beat(1)])).toMatchObject({ heardAt: 10_000, lastHeartbeatAt: null, epoch: 2 });
  });
});

describe('looking again', () => {
  test('[P5] the next look is the moment at which the status changes', () => {
    const states: [Presence, number | null][] = [
      [neverHeard(60, 0), null],
      [after([0, BIRTH]), 140_001],
      [after([0, BIRTH], [150, tick]), 210_001],
      [after([0, BIRTH], [300, tick]), null],
      [after([0, BIRTH], [10, will(1)]), 40_000],
      [after([0, BIRTH], [130, will(1)]), 140_001],
      [after([0, BIRTH], [10, will(1, true)]), null],
    ];
    for (const [state, at] of states) {
      expect(nextCheckAt(state, THRESHOLDS)).toBe(at);
      if (at === null) continue;
      expect(statusAt(state, THRESHOLDS, at - 1)).toBe(state.status);
      expect(statusAt(state, THRESHOLDS, at)).not.toBe(state.status);
    }
  });
});

describe('after a restart', () => {
  const RESTART = 10_000_000;

  test('[P4] nothing that was there counts as offline before a whole measure of silence from now', () => {
    for (const stored of [after([0, BIRTH]), after([0, BIRTH], [150, tick]), after([0, BIRTH], [10, will(1)])]) {
      const state = afterRestart({ ...stored, connected: true }, RESTART);
      expect([state.connected, state.ended]).toEqual([false, null]);
      expect(statusAt(state, THRESHOLDS, RESTART + 210_000)).not.toBe('offline');
      expect(statusAt(state, THRESHOLDS, RESTART + 210_001)).toBe('offline');
    }
  });

  test('[P4] what was offline stays so, with its since-time and how it ended', () => {
    const offline = after([0, BIRTH], [10, will(1, true)]);
    expect(afterRestart(offline, RESTART)).toEqual({ ...offline, connected: false });
    expect(reduce(afterRestart(offline, RESTART), tick, RESTART, THRESHOLDS)).toMatchObject({
      status: 'offline',
      statusSince: 10_000,
    });
    expect(afterRestart(neverHeard(60, 7), RESTART)).toEqual(neverHeard(60, 7));
  });
});

describe('[P2] flapping', () => {
  const comes = (atS: number): [number, PresenceEvent] => [atS, { type: 'connected' }];

  test('[P2] is more than 5 reconnects in 10 minutes; the first session is none', () => {
    const minutely = [0, 60, 120, 180, 240, 300].map(comes);
    expect(isFlapping(after(...minutely), 300_000)).toBe(false);
    const flapping = after(...minutely, comes(360));
    expect(isFlapping(flapping, 360_000)).toBe(true);
    expect([isFlapping(flapping, 659_999), isFlapping(flapping, 660_000)]).toEqual([true, false]);
  });

  test('[P2] what comes back every three minutes does not flap, however long', () => {
    const state = after(...Array.from({ length: 50 }, (_, n) => comes(n * 180)));
    expect(isFlapping(state, 49 * 180_000)).toBe(false);
    expect(state.reconnects).toHaveLength(6);
  });
});
