import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  afterRestart,
  neverHeard,
  nextCheckAt,
  reduce,
  statusAt,
  type Presence,
  type PresenceEvent,
  type Thresholds,
} from '../../cloud-broker/presence/rules/reducer.ts';

const epoch = fc.integer({ min: 1, max: 6 });
const intervalS = fc.constantFrom(1, 15, 60, 3600);
const event: fc.Arbitrary<PresenceEvent> = fc.oneof(
  fc.constantFrom<PresenceEvent>({ type: 'connected' }, { type: 'disconnected' }, { type: 'tick' }),
  fc.record({ type: fc.constant('birth' as const), epoch, intervalS }),
  fc.record({ type: fc.constant('heartbeat' as const), epoch, intervalS: fc.option(intervalS) }),
  fc.record({ type: fc.constant('will' as const), epoch, said: fc.boolean() }),
);
/** Events in any order, as sessions that take over from each other and a network may bring them. */
const history = fc.array(fc.tuple(fc.constantFrom(0, 1, 500, 30_000, 200_000, 4_000_000), event), { maxLength: 40 });
const limits: fc.Arbitrary<Thresholds> = fc.record({ jitterS: fc.nat({ max: 30 }), graceS: fc.nat({ max: 120 }) });

/** Walks a history; `look` sees each step. */
function walk(
  events: [number, PresenceEvent][],
  thresholds: Thresholds,
  look: (before: Presence, event: PresenceEvent, after: Presence, now: number) => void,
): { state: Presence; now: number } {
  let now = 1_000_000;
  let state = neverHeard(60, now);
  for (const [stepMs, happened] of events) {
    now += stepMs;
    const next = reduce(state, happened, now, thresholds);
    look(state, happened, next, now);
    state = next;
  }
  return { state, now };
}

test('[P3] whatever comes in whatever order: the epoch never goes down, and an older session’s will never ends a newer one', () => {
  fc.assert(
    fc.property(history, limits, (events, thresholds) => {
      walk(events, thresholds, (before, happened, after) => {
        expect(after.epoch).toBeGreaterThanOrEqual(before.epoch);
        if (happened.type === 'will' && happened.epoch < before.epoch)
          expect([after.ended, after.endedAt]).toEqual([before.ended, before.endedAt]);
        if (happened.type === 'heartbeat' && happened.epoch < before.epoch) expect(after.heardAt).toBe(before.heardAt);
      });
    }),
    { numRuns: 1000 },
  );
});

test('[P2] offline never before the silence or the end of the session says so, and late never before 2 intervals', () => {
  fc.assert(
    fc.property(history, limits, (events, thresholds) => {
      walk(events, thresholds, (_, __, { status, heardAt, intervalS: seconds, ended, endedAt }, now) => {
        const intervalMs = (seconds + thresholds.jitterS) * 1000;
        const silentMs = heardAt === null ? 0 : now - heardAt;
        const hasEnded = endedAt !== null && (ended === 'said' || now - endedAt >= thresholds.graceS * 1000);
        if (status === 'offline') expect(hasEnded || silentMs > 3 * intervalMs).toBe(true);
        if (status === 'late') expect(silentMs > 2 * intervalMs && silentMs <= 3 * intervalMs).toBe(true);
        if (status === 'online') expect(hasEnded || silentMs > 2 * intervalMs).toBe(false);
        expect(status === 'never').toBe(heardAt === null);
      });
    }),
    { numRuns: 1000 },
  );
});

test('[P2] the since-time is that of the last change, never of a step that changed nothing', () => {
  fc.assert(
    fc.property(history, limits, (events, thresholds) => {
      walk(events, thresholds, (before, _, after, now) => {
        expect(after.statusSince).toBe(after.status === before.status ? before.statusSince : now);
      });
    }),
  );
});

test('[P5] who looks only when told to look misses no change', () => {
  fc.assert(
    fc.property(history, limits, (events, thresholds) => {
      let { state } = walk(events, thresholds, () => undefined);
      for (let looks = 0; looks < 5; looks += 1) {
        const at = nextCheckAt(state, thresholds);
        if (at === null) break;
        expect(statusAt(state, thresholds, at - 1)).toBe(state.status);
        const next = reduce(state, { type: 'tick' }, at, thresholds);
        expect(next.status).not.toBe(state.status);
        state = next;
      }
      expect(nextCheckAt(state, thresholds)).toBeNull();
    }),
    { numRuns: 500 },
  );
});

test('[P4] a restart makes nothing offline that was not, before one whole silence', () => {
  fc.assert(
    fc.property(history, limits, fc.nat({ max: 10_000_000 }), (events, thresholds, downMs) => {
      const { state, now } = walk(events, thresholds, () => undefined);
      const restarted = afterRestart(state, now + downMs);
      if (state.status === 'offline' || state.status === 'never') return;
      const silenceMs = 3 * (state.intervalS + thresholds.jitterS) * 1000;
      expect(statusAt(restarted, thresholds, now + downMs + silenceMs)).not.toBe('offline');
      expect(statusAt(restarted, thresholds, now + downMs + silenceMs + 1)).toBe('offline');
    }),
  );
});
