import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasEnded, isOpen, mayAcknowledge, stateAfter, type SessionEvent, type SessionState } from './session-state.ts';

const accepted: SessionEvent = { type: 'accepted' };
const disconnect: SessionEvent = { type: 'disconnect' };
const fail: SessionEvent = { type: 'fail' };
const close = (ending: 'lost' | 'refused' | 'revoked' | 'service-stopped'): SessionEvent => ({ type: 'close', ending });
const flush = (ending: 'lost' | 'revoked', acknowledges = false): SessionEvent => ({ type: 'flush', ending, acknowledges });

const connecting: SessionState = { name: 'connecting' };
const through = (...events: SessionEvent[]): SessionState => events.reduce(stateAfter, connecting);

const events = fc.array(
  fc.oneof(
    fc.constantFrom(accepted, disconnect, fail),
    fc.constantFrom('lost', 'refused', 'revoked', 'service-stopped').map((ending) => close(ending)),
    fc.tuple(fc.constantFrom('lost', 'revoked'), fc.boolean()).map(([ending, acknowledges]) => flush(ending, acknowledges)),
  ),
  { maxLength: 12 },
);

describe('the state of a session', () => {
  test('whatever happens: what has ended stays so, the first ending counts, and nothing comes behind a closed socket', () => {
    fc.assert(
      fc.property(events, (sequence) => {
        let state = through();
        for (const event of sequence) {
          const next = stateAfter(state, event);
          expect(isOpen(next) && hasEnded(next)).toBe(false);
          expect(isOpen(next) && !isOpen(state)).toBe(state.name === 'connecting' && event.type === 'accepted');
          if (hasEnded(state)) expect(next).toMatchObject({ ending: state.ending });
          if (state.name === 'closed') expect(next).toEqual({ ...state, failed: state.failed || event.type === 'fail' });
          state = next;
        }
      }),
    );
  });

  test.each([
    ['a lost connection', [accepted, close('lost')], 'lost'],
    ['a lost connection behind a DISCONNECT', [accepted, disconnect, close('lost')], 'said'],
    ['a broken rule behind a DISCONNECT', [accepted, disconnect, close('refused')], 'refused'],
    ['the end of the service behind a DISCONNECT', [accepted, disconnect, close('service-stopped')], 'service-stopped'],
    ['a lost connection before the CONNACK', [close('lost')], 'lost'],
    ['a DISCONNECT before the CONNACK', [disconnect, close('lost')], 'lost'],
    ['a connection that is lost while it is flushed', [accepted, flush('revoked'), disconnect, close('lost')], 'revoked'],
    ['a failed handler', [accepted, fail, close('lost')], 'refused'],
  ] as const)('%s: the ending is named for what came first', (_what, sequence, ending) => {
    expect(through(...sequence)).toMatchObject({ name: 'closed', ending });
  });

  test('a failed handler closes it at once, also where it was being flushed, and is remembered', () => {
    expect(through(accepted, flush('lost', true), fail)).toEqual({ name: 'closed', ending: 'lost', failed: true });
    expect(through(accepted, close('lost'))).toMatchObject({ failed: false });
    expect(through(accepted, close('lost'), fail, fail)).toMatchObject({ ending: 'lost', failed: true });
  });

  test('acknowledges what was handled while it is open, and while it is flushed only where that was said', () => {
    const states = [
      through(),
      through(accepted),
      through(accepted, disconnect),
      through(accepted, flush('lost')),
      through(accepted, flush('lost', true)),
      through(accepted, flush('lost', true), close('lost')),
    ];
    expect(states.map(mayAcknowledge)).toEqual([false, true, true, false, true, false]);
  });
});
