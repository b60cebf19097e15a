/**
 * The life of a session, pure: which state it is in and which one follows an event. From its end on it takes and sends no message
 * any more, and of several endings the first counts.
 */

/**
 * How a session ended: the client said DISCONNECT; it was lost (or taken over); it broke a rule; its device was revoked or
 * unenrolled; the service stops.
 */
export type Ending = 'said' | 'lost' | 'refused' | 'revoked' | 'service-stopped';

export type SessionState =
  /** Its CONNACK is still to be sent. */
  | { name: 'connecting' }
  | { name: 'open' }
  /** Its DISCONNECT was read. It sends nothing more; the broker closes the socket once everything before it is parsed. */
  | { name: 'leaving' }
  /** It has ended and its socket closes once everything is sent: with `acknowledges` that includes the PUBACK of what is being handled. */
  | { name: 'flushing'; ending: Ending; acknowledges: boolean }
  /** Its socket is closed or destroyed. `failed`: a handler failed, and that was reported. */
  | { name: 'closed'; ending: Ending; failed: boolean };

type EndedState = Extract<SessionState, { ending: Ending }>;

export type SessionEvent =
  | { type: 'accepted' }
  | { type: 'disconnect' }
  | { type: 'flush'; ending: Ending; acknowledges: boolean }
  | { type: 'close'; ending: Ending }
  | { type: 'fail' };

/** The session takes messages and sends them. */
export function isOpen(state: SessionState): boolean {
  return state.name === 'open' || state.name === 'leaving';
}

export function hasEnded(state: SessionState): state is EndedState {
  return state.name === 'flushing' || state.name === 'closed';
}

/** It broke a rule, its device was revoked or the service stops: nothing that waits is handled any more. Who went away had sent it before. */
export function wasSentAway(state: SessionState): boolean {
  return hasEnded(state) && state.ending !== 'said' && state.ending !== 'lost';
}

/** Whether a message that was handled now is acknowledged. */
export function mayAcknowledge(state: SessionState): boolean {
  switch (state.name) {
    case 'open':
    case 'leaving':
      return true;
    case 'flushing':
      return state.acknowledges;
    case 'connecting':
    case 'closed':
      return false;
  }
}

/** A client that said DISCONNECT and then closed the connection was not lost. */
function endingOf(state: SessionState, ending: Ending): Ending {
  switch (state.name) {
    case 'connecting':
    case 'open':
      return ending;
    case 'leaving':
      return ending === 'lost' ? 'said' : ending;
    case 'flushing':
    case 'closed':
      return state.ending;
  }
}

/** The state after `event`; the same one where the event changes nothing. */
export function stateAfter(state: SessionState, event: SessionEvent): SessionState {
  switch (event.type) {
    case 'accepted':
      return state.name === 'connecting' ? { name: 'open' } : state;
    case 'disconnect':
      return state.name === 'open' ? { name: 'leaving' } : state;
    case 'flush':
      if (hasEnded(state)) return state;
      return { name: 'flushing', ending: endingOf(state, event.ending), acknowledges: event.acknowledges };
    case 'close':
      return state.name === 'closed' ? state : { name: 'closed', ending: endingOf(state, event.ending), failed: false };
    case 'fail':
      return { name: 'closed', ending: endingOf(state, 'refused'), failed: true };
  }
}
