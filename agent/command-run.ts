import { refusedAnswer, type Answer } from './answers.ts';
import type { Context } from './context.ts';
import { openMemory, type Memory } from './memory.ts';
import { EXIT, wordsFor } from './refusal.ts';
import { Runner } from './run.ts';
import { StatusKeeper } from './status-keeper.ts';
import { startWatchdog } from './watchdog.ts';

/** With a port for the setup page `run` never ends by itself: an installer goes on there, where otherwise it would exit. */
async function runWithPage(context: Context, memory: Memory, status: StatusKeeper, port: number): Promise<Answer> {
  const { servePage } = await import('./setup/serve-page.ts');
  await servePage(context, memory, status, port);
  return { json: { outcome: 'stopped' }, text: '', exit: EXIT.done };
}

/** Lives as a device until it is stopped (exit 0) or only a person can go on from here (exit 1). */
export async function run(context: Context, onShow: (listener: (message: string) => void) => void): Promise<Answer> {
  const { settings, log, board, signal } = context;
  const memory = await openMemory(settings.stateFolder, board, log, settings.setupPort !== null);
  if (memory === null)
    return refusedAnswer({ code: 'not-enrolled', ...wordsFor('not-enrolled', settings.language) }, EXIT.refused);
  const watchdog = startWatchdog(process.env, log);
  try {
    const status = new StatusKeeper(settings.stateFolder);
    onShow((message) => status.change({ notice: { message, at: new Date().toISOString() } }));
    if (settings.setupPort !== null) return await runWithPage(context, memory, status, settings.setupPort);
    const end = await new Runner({ memory, board, log, settings, signal }, status).run();
    if (end.why === 'stopped') return { json: { outcome: 'stopped' }, text: '', exit: EXIT.done };
    const { why: _why, ...refused } = end;
    return refusedAnswer(refused, EXIT.refused);
  } finally {
    watchdog.stop();
    await memory.close();
  }
}
