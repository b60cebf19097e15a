import { refusedAnswer, type Answer } from './answers.ts';
import type { Context } from './context.ts';
import { askRunning, type Wish } from './control.ts';
import { openStateStore, type StateStore } from './state-store.ts';
import { EXIT, Refusal, wordsFor } from './refusal.ts';
import { delay } from './delay.ts';

/**
 * How long to wait for a process that holds the folder without listening: a unit that is starting, or one that has no enrolment and is about to exit.
 */
const HELD_MS = 5000;
/** Longer than any attempt started by a person takes. */
const ANSWER_MS = 150_000;

/** Takes the state folder and runs `work` with it. */
async function withStateStore(context: Context, make: boolean, work: (store: StateStore) => Promise<Answer>): Promise<Answer> {
  const { settings, board, log } = context;
  const store = await openStateStore(settings.stateFolder, board, log, make);
  if (store === null)
    return refusedAnswer({ code: 'not-enrolled', ...wordsFor('not-enrolled', settings.language) }, EXIT.refused);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Lets the agent running on the state folder do the work; if none is running, takes the folder and does it `here`. */
export async function doThereOrHere(context: Context, wish: Wish, here: (store: StateStore) => Promise<Answer>): Promise<Answer> {
  const { settings, signal } = context;
  for (const endsMs = performance.now() + HELD_MS; ;) {
    const answer = await askRunning(settings.stateFolder, wish, ANSWER_MS, signal);
    if (answer !== null) return answer;
    try {
      return await withStateStore(context, wish.do === 'enroll', here);
    } catch (error) {
      const held = error instanceof Refusal && error.code === 'state-in-use';
      if (!held || performance.now() > endsMs || signal.aborted) throw error;
      await delay(250, signal);
    }
  }
}
