import { refusedAnswer, type Answer } from './answers.ts';
import type { Context } from './context.ts';
import { askRunning, type Wish } from './control.ts';
import { openStateStore, type StateStore } from './state-store.ts';
import { EXIT, Refusal, wordsFor } from './refusal.ts';
import { delay } from './delay.ts';

/** How long what holds the folder without listening may take to be gone: a unit that starts, or has no enrolment and ends. */
const HELD_MS = 5000;
/** Longer than any try that a person started takes. */
const ANSWER_MS = 150_000;

/** Takes the state folder and does `work` with it. */
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

/** Has the agent that runs on the state folder do it; where none does, takes the folder and does it `here`. */
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
