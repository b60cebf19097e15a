import { refusedAnswer, type Answer } from './answers.ts';
import { doThereOrHere } from './beside-run.ts';
import type { Context } from './context.ts';
import { NotAuthorized } from './link.ts';
import type { StateStore } from './state-store.ts';
import { EXIT, Refusal, wordsFor } from './refusal.ts';
import { LinkFailure } from './secure-socket.ts';
import { withUnenrolled, type AgentState } from './state.ts';
import { sendUnenroll } from './unenrolling.ts';

const DONE = {
  en: 'This display is unenrolled.',
  fr: 'Cet écran est désinscrit.',
};

async function leave(context: Context, state: AgentState): Promise<Answer | null> {
  if (state.enrolment === null) {
    return refusedAnswer({ code: 'not-enrolled', ...wordsFor('not-enrolled', context.settings.language) }, EXIT.refused);
  }
  try {
    await sendUnenroll(state, context.settings.proxy, context.log);
    return null;
  } catch (error) {
    // The service no longer accepts this certificate; finding out whether the board was unenrolled is up to `run`.
    if (error instanceof NotAuthorized)
      throw new Refusal('unreachable', { detail: 'the service refused the device’s certificate' });
    if (error instanceof LinkFailure) throw new Refusal(error.code, { detail: error.message });
    throw error;
  }
}

function goodbye(context: Context, state: AgentState): Answer {
  const deviceId = state.enrolment?.deviceId;
  const text = DONE[context.settings.language];
  return { json: { outcome: 'unenrolled', ...(deviceId === undefined ? {} : { deviceId }) }, text, exit: EXIT.done };
}

/** Uses the state store of the process that holds the folder. */
export async function unenrolHere(context: Context, store: StateStore): Promise<Answer> {
  const { state } = store;
  const refused = await leave(context, state);
  if (refused !== null) return refused;
  // If this cannot be written, the service reports it again at the next start.
  await store.remember((now) => withUnenrolled(now, new Date().toISOString()));
  return goodbye(context, state);
}

/** Unenrols the board, from the board itself (E9). The key stays; deviceId and certificate are forgotten. */
export function unenroll(context: Context): Promise<Answer> {
  const wish = { do: 'unenroll', language: context.settings.language } as const;
  return doThereOrHere(context, wish, (store) => unenrolHere(context, store));
}
