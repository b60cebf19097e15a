import { checkCode } from '../protocol/signing.ts';
import { normaliseDomain } from '../protocol/text.ts';
import { backoffMs } from './backoff.ts';
import type { Context } from './context.ts';
import { discover } from './discovery.ts';
import { runEnrolment } from './enrolling.ts';
import type { Outcome } from './enrollment.ts';
import type { StateStore } from './state-store.ts';
import { Refusal } from './refusal.ts';
import { delay } from './delay.ts';
import type { LinkCode } from './secure-socket.ts';
import { whyNotWritable } from './state-folder.ts';

/**
 * About how long all the attempts started by one request may take together: on the command line, and on the setup page with a person waiting in front
 * of it.
 */
export const BUDGET_MS = { command: 60_000, page: 25_000 } as const;

/** Failures that may pass within a minute. Anything else that answers in the service's place persists, and is reported at once. */
const PASSING = new Set<string>([
  'unreachable',
  'connection-refused',
  'connection-cut',
  'no-route',
  'name-not-found',
  'service-down',
] satisfies LinkCode[]);

/** Retries discovery while the service is unreachable, until the budget is spent. */
async function discoverWithin(context: Context, endsMs: number): Promise<{ brokerUrl: string; ca: string }> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await discover(context.settings);
    } catch (error) {
      const restMs = 500 + backoffMs(attempt, Math.random(), { firstMs: 1000, longestMs: 15_000 });
      const temporary = error instanceof Refusal && PASSING.has(error.code);
      if (!temporary || context.signal.aborted || performance.now() + restMs > endsMs) throw error;
      context.log.note('retry', { code: error.code, detail: error.detail, attempt, restMs });
      await delay(restMs, context.signal);
    }
  }
}

/** S3: once a CA is stored, it is the only one trusted; from then on discovery may only supply the broker's address. */
async function serviceFor(context: Context, store: StateStore, endsMs: number): Promise<{ brokerUrl: string; ca: string }> {
  const stored = store.state.service;
  if (stored !== null && context.settings.serviceUrl === null) return stored;
  const found = await discoverWithin(context, endsMs);
  return stored === null ? found : { ...found, ca: stored.ca };
}

/** Remembers a person's request until an admin decides, unless the board is already enrolled. */
async function remember(
  store: StateStore,
  domain: string,
  shown: string,
  pending: { code: string; retryAfterS: number },
): Promise<void> {
  const { code, retryAfterS } = pending;
  const waiting = { domain, code, checkCode: shown, retryAfterS, since: new Date().toISOString() };
  await store.update((state) => (state.enrolment === null ? { ...state, unenrolledAt: null, waiting } : state));
}

/**
 * Handles a person's request to join a domain. Earlier refusals are ignored and the request is sent again. An existing enrolment is kept until
 * another is accepted. A pending answer is remembered, without the pairing code (D7). Throws a Refusal if the service cannot be found or nothing can
 * be saved.
 */
export async function ask(
  context: Context,
  store: StateStore,
  typed: { domain: string; pairingCode?: string },
  budgetMs: number,
): Promise<Outcome> {
  const { settings, log, board, signal } = context;
  const why = await whyNotWritable(store.folder);
  // Checked before the service books anything for a display that could not save it.
  if (why !== null) throw new Refusal('folder-not-writable', { detail: `${store.folder} (${why})` });
  const domain = normaliseDomain(typed.domain);
  const endsMs = performance.now() + budgetMs;
  if (store.state.stopped !== null) await store.update((state) => ({ ...state, stopped: null }));
  const service = await serviceFor(context, store, endsMs);
  log.note('discovered', { brokerUrl: service.brokerUrl });
  const wanted = { ...typed, domain, budgetMs: Math.max(0, endsMs - performance.now()) };
  const outcome = await runEnrolment({ store, board, log, service, proxy: settings.proxy, signal }, wanted);
  if (outcome.kind === 'pending') {
    const shown = checkCode(store.key.fingerprint);
    await remember(store, domain, shown, outcome.pending);
    board.display(shown);
  }
  if (outcome.kind === 'rejected') await store.update((state) => ({ ...state, waiting: null }));
  return outcome;
}
