import { checkCode } from '../protocol/signing.ts';
import { normaliseDomain } from '../protocol/text.ts';
import { enrolmentAnswer, type Answer } from './answers.ts';
import { backoffMs } from './backoff.ts';
import type { Context } from './context.ts';
import { discover } from './discovery.ts';
import { runEnrolment } from './enrolling.ts';
import type { Memory } from './memory.ts';
import { openMemory } from './memory.ts';
import { Refusal } from './refusal.ts';
import { rest } from './rest.ts';

/** All tries of one `enroll` together take about this long. */
const BUDGET_MS = 60_000;

/** Discovery, tried again while the service is away, until the budget is spent. */
async function discoverWithin(context: Context, endsMs: number): Promise<{ brokerUrl: string; ca: string }> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await discover(context.settings);
    } catch (error) {
      const restMs = 500 + backoffMs(attempt, Math.random(), { baseMs: 1000, capMs: 15_000 });
      const temporary = error instanceof Refusal && error.code === 'unreachable';
      if (!temporary || context.signal.aborted || performance.now() + restMs > endsMs) throw error;
      context.log.note('retry', { code: error.code, detail: error.detail, attempt, restMs });
      await rest(restMs, context.signal);
    }
  }
}

/** S3: the stored CA, once there is one, is the only one believed; discovery may then only say where the broker is. */
async function serviceFor(context: Context, memory: Memory, endsMs: number): Promise<{ brokerUrl: string; ca: string }> {
  const stored = memory.state.service;
  if (stored !== null && context.settings.serviceUrl === null) return stored;
  const found = await discoverWithin(context, endsMs);
  return stored === null ? found : { ...found, ca: stored.ca };
}

/** What a person asked for is remembered until an admin decides, unless the board is enrolled already. */
async function remember(
  memory: Memory,
  domain: string,
  shown: string,
  pending: { code: string; retryAfterS: number },
): Promise<void> {
  const { code, retryAfterS } = pending;
  const waiting = { domain, code, checkCode: shown, retryAfterS, since: new Date().toISOString() };
  await memory.update((state) => (state.enrolment === null ? { ...state, unenrolledAt: null, waiting } : state));
}

/** A person starts an enrolment. Whatever was refused before is asked anew; an enrolment that stands is kept until another is accepted. */
export async function enroll(context: Context, typed: { domain: string; pairingCode?: string }): Promise<Answer> {
  const { settings, log, board, signal } = context;
  const domain = normaliseDomain(typed.domain);
  const endsMs = performance.now() + BUDGET_MS;
  const memory = await openMemory(settings.stateFolder, board, log, true);
  if (memory === null) throw new TypeError('a state was to be made');
  try {
    const shown = checkCode(memory.key.fingerprint);
    if (memory.state.stopped !== null) await memory.update((state) => ({ ...state, stopped: null }));
    const service = await serviceFor(context, memory, endsMs);
    const wanted = { ...typed, domain, budgetMs: Math.max(0, endsMs - performance.now()) };
    const outcome = await runEnrolment({ memory, board, log, service, proxy: settings.proxy, signal }, wanted);
    if (outcome.kind === 'pending') {
      await remember(memory, domain, shown, outcome.pending);
      board.display(shown);
    }
    if (outcome.kind === 'rejected') await memory.update((state) => ({ ...state, waiting: null }));
    return enrolmentAnswer(outcome, domain, shown, settings.language);
  } finally {
    await memory.close();
  }
}
