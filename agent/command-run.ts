import { failureAnswer, refusedAnswer, type Answer } from './answers.ts';
import type { Context } from './context.ts';
import { serveControl, type Wish } from './control.ts';
import { openStateStore, type StateStore } from './state-store.ts';
import { EXIT, wordsFor } from './refusal.ts';
import { Runner, type RunEnd } from './run.ts';
import { StatusKeeper } from './status-keeper.ts';
import { startWatchdog } from './watchdog.ts';
import { untilWished, Wishes, type Job } from './wishes.ts';

/**
 * Requests from commands started while `run` holds the folder are carried out by `run`: the status at once, everything else when nothing else is in
 * progress.
 */
function commandsBeside(context: Context, store: StateStore, status: StatusKeeper, put: (job: Job) => boolean) {
  const work = async (asked: Context, wish: Wish): Promise<Answer> => {
    if (wish.do === 'enroll') return (await import('./command-enroll.ts')).enrolHere(asked, store, wish.typed);
    return (await import('./command-unenroll.ts')).unenrolHere(asked, store);
  };
  return async (wish: Wish): Promise<Answer> => {
    const { language } = wish;
    if (wish.do === 'status') return (await import('./command-status.ts')).runningAnswer(store, status.now, language);
    const asked = { ...context, settings: { ...context.settings, language } };
    return new Promise((resolve) => {
      const job = async () => resolve(await work(asked, wish).catch((error: unknown) => failureAnswer(error, language)));
      if (!put(job)) resolve(refusedAnswer({ code: 'busy', ...wordsFor('busy', language) }, EXIT.temporary));
    });
  };
}

/** Runs as a device, and pauses for what a person asks for in the meantime. */
async function runAlone(context: Context, store: StateStore, status: StatusKeeper, wishes: Wishes<Job>): Promise<RunEnd> {
  const { settings, log, board, signal } = context;
  for (;;) {
    const { wish, end } = await untilWished(wishes, signal, (inner) =>
      new Runner({ store, board, log, settings, signal: inner }, status).run(),
    );
    if (wish === null) return end;
    await wish();
  }
}

/** Runs as a device until it is stopped (exit 0) or only a person can continue (exit 1). */
export async function run(context: Context, onShow: (listener: (message: string) => void) => void): Promise<Answer> {
  const { settings, log, board } = context;
  const store = await openStateStore(settings.stateFolder, board, log, settings.setupPort !== null);
  if (store === null)
    return refusedAnswer({ code: 'not-enrolled', ...wordsFor('not-enrolled', settings.language) }, EXIT.refused);
  const watchdog = startWatchdog(process.env, log);
  const status = new StatusKeeper(settings.stateFolder);
  const wishes = new Wishes<Job>();
  const control = await serveControl(
    store,
    log,
    commandsBeside(context, store, status, (job) => wishes.put(job)),
  );
  try {
    onShow((message) => status.change({ notice: { message, at: new Date().toISOString() } }));
    // With a setup page port, `run` never ends by itself: where it would otherwise exit, an installer continues on the page.
    const end =
      settings.setupPort === null
        ? await runAlone(context, store, status, wishes)
        : await (await import('./setup/serve-page.ts')).servePage(context, store, status, settings.setupPort, wishes);
    if (end.why === 'stopped') return { json: { outcome: 'stopped' }, text: '', exit: EXIT.done };
    const { why: _why, ...refused } = end;
    return refusedAnswer(refused, EXIT.refused);
  } finally {
    watchdog.stop();
    await control.close();
    await store.close();
  }
}
