import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beginEnrolment, step, type Chance, type EnrolmentEvent, type EnrolmentState, type Plan } from './enrollment.ts';
import type { Accepted, EnrolmentDown } from '../protocol/messages.ts';

const plan: Plan = {
  domain: 'school1',
  publicKeyPem: 'the key',
  board: { serial: 'S', serialSource: 'simulated', model: 'M', os: 'o', arch: 'a', agentVersion: '1' },
  budgetMs: 60_000,
};
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

function messages(requestId: string): EnrolmentDown[] {
  const accepted: Accepted = {
    type: 'accepted',
    requestId,
    deviceId: 'device-0001',
    certificate: '',
    ca: '',
    brokerUrl: '',
    replay: false,
    epochFrom: 1,
    now: '2026-01-01T00:00:00Z',
    domain: { name: 'school1', organization: 'o' },
    heartbeat: { intervalS: 60, jitterS: 5 },
    credits: { granted: 1, reason: 'granted' },
  };
  const said = { requestId, message: 'm', next: 'n', correlationId: 'c' };
  return [
    { type: 'challenge', requestId, nonce: 'n'.repeat(43), expiresInS: 60 },
    accepted,
    { type: 'pending', ...said, code: 'awaiting-approval', checkCode: 'BBBB-BBBB', retryAfterS: 5 },
    { type: 'rejected', ...said, code: 'busy', retryAfterS: 3 },
    { type: 'rejected', ...said, code: 'internal' },
    { type: 'rejected', ...said, code: 'blocked' },
    { type: 'rejected', message: 'm', next: 'n', correlationId: 'c', code: 'invalid-message' },
  ];
}

/** One of everything that can happen, for this request or for another. */
const anything: fc.Arbitrary<{ make: (state: EnrolmentState) => EnrolmentEvent; afterMs: number; random: number }> = fc.record({
  make: fc.oneof(
    fc
      .constantFrom<EnrolmentEvent>(
        { kind: 'start' },
        { kind: 'opened' },
        { kind: 'saved' },
        { kind: 'save-failed', detail: 'd' },
        { kind: 'lost', detail: 'd' },
        { kind: 'tick' },
      )
      .map((event) => () => event),
    fc.boolean().map((mine) => (state: EnrolmentState): EnrolmentEvent => ({
      kind: 'signed',
      requestId: mine ? state.requestId : id(999),
      deviceSignature: 's',
    })),
    fc.record({ which: fc.nat(6), mine: fc.boolean() }).map(({ which, mine }) => (state: EnrolmentState): EnrolmentEvent => ({
      kind: 'message',
      message: messages(mine ? state.requestId : id(999))[which] ?? {
        type: 'challenge',
        requestId: id(1),
        nonce: '',
        expiresInS: 1,
      },
    })),
  ),
  afterMs: fc.nat(30_000),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

describe('step', () => {
  test('never throws, never loses or changes the key, and sends nothing after the end', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 60 }), (happenings) => {
        let state = beginEnrolment(plan);
        let nowMs = 0;
        happenings.forEach(({ make, afterMs, random }, n) => {
          nowMs += afterMs;
          const over = state.outcome !== null;
          const next = step(state, make(state), { nowMs, random, freshId: id(n) });
          state = next.state;
          expect(state.plan).toBe(plan);
          for (const effect of next.effects) {
            expect(over).toBe(false);
            if (effect.do === 'send' && effect.message.type === 'request') expect(effect.message.publicKey).toBe('the key');
            if (effect.do === 'save') expect(effect.accepted.requestId).toBe(state.requestId);
          }
          expect(state.outcome !== null).toBe(state.phase === 'done');
        });
      }),
    );
  });

  test('always ends: from wherever it is, time alone brings it to an outcome', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 40 }), (happenings) => {
        let state = step(beginEnrolment(plan), { kind: 'start' }, { nowMs: 0, random: 0, freshId: id(0) }).state;
        let nowMs = 0;
        for (const { make, afterMs, random } of happenings) {
          nowMs += afterMs;
          state = step(state, make(state), { nowMs, random, freshId: id(1) }).state;
        }
        let ticks = 0;
        for (; state.outcome === null && ticks < 1000; ticks += 1) {
          nowMs = Math.max(nowMs + 1, state.phaseEndsMs);
          state = step(state, { kind: 'tick' }, { nowMs, random: 0, freshId: id(2) }).state;
        }
        expect(state.outcome).not.toBeNull();
      }),
    );
  });

  test('a phase that is not over always asks to be woken', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 40 }), (happenings) => {
        let state = beginEnrolment(plan);
        let wakeMs = Infinity;
        let nowMs = 0;
        for (const { make, afterMs, random } of [
          { make: () => ({ kind: 'start' }) as const, afterMs: 0, random: 0 },
          ...happenings,
        ]) {
          nowMs += afterMs;
          const next = step(state, make(state), { nowMs, random, freshId: id(1) });
          state = next.state;
          for (const effect of next.effects) if (effect.do === 'wake') wakeMs = effect.atMs;
          if (state.outcome === null) expect(wakeMs).toBe(state.phaseEndsMs);
        }
      }),
    );
  });
});

describe('the usual way', () => {
  const chance = (nowMs: number): Chance => ({ nowMs, random: 0.5, freshId: id(nowMs) });

  test('[E3] asks again with a new request id and the same key after each kind of loss', () => {
    for (const loss of [{ kind: 'lost', detail: 'x' }, { kind: 'tick' }] as const) {
      let state = step(beginEnrolment(plan), { kind: 'start' }, chance(0)).state;
      state = step(state, { kind: 'opened' }, chance(1)).state;
      const first = state.requestId;
      state = step(state, loss, chance(state.phaseEndsMs)).state;
      expect(state.phase).toBe('resting');
      const again = step(state, { kind: 'tick' }, chance(state.phaseEndsMs));
      expect(again.effects).toContainEqual({ do: 'open' });
      expect(again.state.requestId).not.toBe(first);
    }
  });

  test('a retry-after longer than the budget ends it at once, as temporary', () => {
    let state = step(beginEnrolment({ ...plan, budgetMs: 10_000 }), { kind: 'start' }, chance(0)).state;
    state = step(state, { kind: 'opened' }, chance(1)).state;
    const busy: EnrolmentDown = {
      type: 'rejected',
      requestId: state.requestId,
      code: 'busy',
      message: 'm',
      next: 'n',
      retryAfterS: 11,
      correlationId: 'c',
    };
    const { outcome } = step(state, { kind: 'message', message: busy }, chance(2)).state;
    expect(outcome).toMatchObject({ kind: 'temporary', code: 'busy', retryAfterS: 11, correlationId: 'c' });
  });

  test('`accepted` before the proof is not believed', () => {
    let state = step(beginEnrolment(plan), { kind: 'start' }, chance(0)).state;
    state = step(state, { kind: 'opened' }, chance(1)).state;
    const [, accepted] = messages(state.requestId);
    if (accepted === undefined) throw new Error('no message');
    const next = step(state, { kind: 'message', message: accepted }, chance(2));
    expect(next.effects).toEqual([]);
    expect(next.state.phase).toBe('asked');
  });

  /** As far as the answer that an admin has to decide. */
  const waiting = (waits: boolean, waitS?: number) => {
    let state = step(beginEnrolment({ ...plan, waits }), { kind: 'start' }, chance(0)).state;
    state = step(state, { kind: 'opened' }, chance(1)).state;
    const [challenge, accepted, pending] = messages(state.requestId);
    if (challenge === undefined || accepted === undefined || pending?.type !== 'pending') throw new Error('no message');
    state = step(state, { kind: 'message', message: challenge }, chance(2)).state;
    state = step(state, { kind: 'signed', requestId: state.requestId, deviceSignature: 's' }, chance(3)).state;
    const message = { ...pending, ...(waitS === undefined ? {} : { waitS }) };
    return { ...step(state, { kind: 'message', message }, chance(4)), accepted };
  };

  test('[E6] pending with `waitS`: the session stays open for the decision, which is taken in it', () => {
    const { state, effects, accepted } = waiting(true, 600);
    expect([state.outcome, effects.some((effect) => effect.do === 'close')]).toEqual([null, false]);
    expect(effects.find((effect) => effect.do === 'wait')).toMatchObject({ pending: { checkCode: 'BBBB-BBBB' } });
    const decided = step(state, { kind: 'message', message: accepted }, chance(599_000));
    expect(decided.effects).toContainEqual({ do: 'save', accepted });
    const [, , , , , blocked] = messages(state.requestId);
    if (blocked === undefined) throw new Error('no message');
    expect(step(state, { kind: 'message', message: blocked }, chance(5)).state.outcome).toMatchObject({ kind: 'rejected' });
  });

  test('[E6] without a decision it ends as pending: when the time is over, when the session is, and at once where nobody waits', () => {
    const { state } = waiting(true, 600);
    expect(step(state, { kind: 'tick' }, chance(599_000)).state.outcome).toBeNull();
    for (const [event, atMs] of [
      [{ kind: 'tick' }, 700_000],
      [{ kind: 'lost', detail: 'room was made' }, 5],
    ] as const)
      expect(step(state, event, chance(atMs)).state.outcome).toMatchObject({ kind: 'pending', pending: { retryAfterS: 5 } });
    for (const { state: over } of [waiting(true), waiting(true, 0), waiting(false, 600)])
      expect(over.outcome).toMatchObject({ kind: 'pending' });
  });

  test('an answer to another request changes nothing', () => {
    let state = step(beginEnrolment(plan), { kind: 'start' }, chance(0)).state;
    state = step(state, { kind: 'opened' }, chance(1)).state;
    const others = messages(id(999)).filter((message) => message.requestId !== undefined);
    for (const message of others) expect(step(state, { kind: 'message', message }, chance(2))).toEqual({ state, effects: [] });
  });
});
