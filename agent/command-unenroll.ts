import { refusedAnswer, type Answer } from './answers.ts';
import type { Context } from './context.ts';
import { NotAuthorized } from './link.ts';
import { openMemory, type Memory } from './memory.ts';
import { EXIT, Refusal, wordsFor } from './refusal.ts';
import { rest } from './rest.ts';
import { LinkFailure } from './secure-socket.ts';
import { withUnenrolled, type AgentState } from './state.ts';
import { readState } from './state-folder.ts';
import { sendUnenroll } from './unenrolling.ts';

/** How long a running agent on the same folder gets to notice that its device is gone. */
const NOTICE_MS = 30_000;

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
    // The service no longer lets this certificate in; whether the board was unenrolled is for `run` to ask.
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

async function alone(context: Context, memory: Memory): Promise<Answer> {
  const { state } = memory;
  const refused = await leave(context, state);
  if (refused !== null) return refused;
  await memory.update((now) => withUnenrolled(now, new Date().toISOString()));
  return goodbye(context, state);
}

/** `run` has the folder and alone writes to it: it finds out from the service (CONNACK 5, then `unenrolled`) and forgets by itself. */
async function besideRun(context: Context): Promise<Answer> {
  const { stateFolder } = context.settings;
  const found = await readState(stateFolder);
  if (found.kind !== 'read') throw new Refusal('folder-in-use', { detail: stateFolder });
  const refused = await leave(context, found.state);
  if (refused !== null) return refused;
  const endsMs = performance.now() + NOTICE_MS;
  while (performance.now() < endsMs && !context.signal.aborted) {
    const now = await readState(stateFolder);
    if (now.kind === 'read' && now.state.enrolment === null) break;
    await rest(250, context.signal);
  }
  return goodbye(context, found.state);
}

/** Takes the board out of its domain, from the board (E9). The key stays; deviceId and certificate are forgotten. */
export async function unenroll(context: Context): Promise<Answer> {
  const { settings, board, log } = context;
  let memory: Memory | null;
  try {
    memory = await openMemory(settings.stateFolder, board, log, false);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'folder-in-use') return besideRun(context);
    throw error;
  }
  if (memory === null)
    return refusedAnswer({ code: 'not-enrolled', ...wordsFor('not-enrolled', settings.language) }, EXIT.refused);
  try {
    return await alone(context, memory);
  } finally {
    await memory.close();
  }
}
