/**
 * The life of a session, pure: its state, and the state that follows an event. Once it has ended it neither takes nor sends messages, and the first
 * of several endings counts.
 */

/**
 * How a session ended: the client sent DISCONNECT; it was lost (or taken over); it broke a rule; its device was revoked or unenrolled; the service
 * stopped.
 */
export type Ending = 'said' | 'lost' | 'refused' | 'revoked' | 'service-stopped';

export type SessionState =
  /** Its CONNACK has not been sent yet. */
  | { name: 'connecting' }
  | { name: 'open' }
  /** Its DISCONNECT was read. It sends nothing more; the broker closes the socket once everything before that is parsed. */
  | { name: 'leaving' }
  /** It has ended, and its socket closes once everything is sent: with `acknowledges`, including the PUBACK of the message being handled. */
  | { name: 'flushing'; ending: Ending; acknowledges: boolean }
  /** Its socket is closed or destroyed. `failed`: a handler failed, and the failure was reported. */
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

/**
 * It broke a rule, its device was revoked or the service stops: nothing still waiting is handled. A client that left by itself had sent its messages
 * before that.
 */
export function wasSentAway(state: SessionState): boolean {
  return hasEnded(state) && state.ending !== 'said' && state.ending !== 'lost';
}

/** Whether a message handled now is acknowledged. */
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

/** A client that sent DISCONNECT and then closed the connection was not lost. */
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

/** The state after `event`; unchanged if the event has no effect. */
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
