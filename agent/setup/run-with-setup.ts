import { checkCode } from '../../protocol/signing.ts';
import { ask, BUDGET_MS } from '../asking.ts';
import type { Context } from '../context.ts';
import { parseBrokerUrl } from '../secure-socket.ts';
import type { StateStore } from '../state-store.ts';
import { Refusal } from '../refusal.ts';
import { Runner } from '../run.ts';
import type { StatusKeeper } from '../status-keeper.ts';
import { untilWished, type Job } from '../wishes.ts';
import { NOTHING_MORE, refusalOf, wordsInBoth, type SetupDesk, type Typed } from './setup-desk.ts';

/** How long a display that was refused as a device waits before it retries. */
const LOOK_AGAIN_MS = 15 * 60_000;

/** The host and port that the school's network must allow; null if none is known yet. */
function whereTo(context: Context, store: StateStore): string | null {
  const broker = store.state.service === null ? null : parseBrokerUrl(store.state.service.brokerUrl);
  if (broker !== null) return `${broker.host}:${broker.port}`;
  const url = context.settings.serviceUrl;
  return url === null ? null : `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`;
}

/** E6: where the admin approves the display: the list of waiting displays, filtered by this serial. */
async function approvalQr(context: Context, serial: string): Promise<string | null> {
  const { serviceUrl } = context.settings;
  if (serviceUrl === null) return null;
  const address = new URL('/devices', serviceUrl);
  address.searchParams.set('status', 'pending');
  address.searchParams.set('q', serial);
  const { renderSVG } = await import('uqr');
  return renderSVG(address.href, { border: 2 });
}

async function showWaiting(context: Context, store: StateStore, desk: SetupDesk): Promise<void> {
  const { waiting } = store.state;
  if (waiting === null) return;
  const { domain, code } = waiting;
  const qr = await approvalQr(context, store.identity.serial);
  desk.show({ is: 'waiting', domain, code, checkCode: checkCode(store.key.fingerprint), qr, words: wordsInBoth(code) });
}

/** One attempt started on the page; its outcome is shown there. */
async function tryOnce(context: Context, store: StateStore, desk: SetupDesk, typed: Typed): Promise<void> {
  const watched = { ...context, log: desk.watched(context.log) };
  const { domain } = typed;
  try {
    const outcome = await ask(watched, store, typed, BUDGET_MS.page);
    if (outcome.kind === 'accepted') {
      const { name, organization } = outcome.accepted.domain;
      desk.show({ is: 'enrolled', domain: name, organization, credits: outcome.accepted.credits });
    } else if (outcome.kind === 'pending') await showWaiting(context, store, desk);
    else desk.show({ is: 'refused', domain, refusal: refusalOf(outcome, whereTo(context, store)) });
  } catch (error) {
    const { code, detail = null } = error instanceof Refusal ? error : { code: 'internal' };
    const unreachable = code === 'unreachable' ? whereTo(context, store) : null;
    context.log.note('setup-failed', { code, detail: error instanceof Error ? error.message : '' }, 'warn');
    desk.show({ is: 'refused', domain, refusal: { code, words: wordsInBoth(code), ...NOTHING_MORE, unreachable, detail } });
  }
}

/** Runs as a device, or waits for the admin; while it waits, a person may ask for another domain. */
async function live(context: Context, store: StateStore, status: StatusKeeper, desk: SetupDesk): Promise<void> {
  const { enrolment } = store.state;
  if (enrolment === null) await showWaiting(context, store, desk);
  else if (desk.phase.is !== 'enrolled')
    desk.show({ is: 'enrolled', domain: enrolment.domain, organization: enrolment.organization, credits: null });
  const { settings, log, board } = context;
  const { wish, end } = await untilWished(desk.wishes, context.signal, (signal) =>
    new Runner({ store, board, log, settings, signal }, status).run(),
  );
  if (wish !== null) return grant(context, store, desk, wish);
  if (end.why === 'refused') showRefused(desk, enrolment?.domain ?? '', end);
}

async function grant(context: Context, store: StateStore, desk: SetupDesk, wish: Typed | Job): Promise<void> {
  if (typeof wish !== 'function') return tryOnce(context, store, desk, wish);
  await wish();
  // What is shown may be out of date: check the state again.
  if (desk.phase.is !== 'working') desk.show({ is: 'asking' });
}

function showRefused(
  desk: SetupDesk,
  domain: string,
  refused: { code: string; message: string; next: string; correlationId?: string },
): void {
  const { code, correlationId = null } = refused;
  desk.show({ is: 'refused', domain, refusal: { code, words: wordsInBoth(code, refused), ...NOTHING_MORE, correlationId } });
}

/** `run` with the setup page: where only a person can continue, it waits for one instead of ending. */
export async function runWithSetup(context: Context, store: StateStore, status: StatusKeeper, desk: SetupDesk): Promise<void> {
  const { signal } = context;
  const { stopped } = store.state;
  let patienceMs = 0;
  if (stopped !== null) showRefused(desk, '', stopped);
  while (!signal.aborted) {
    const { enrolment, waiting } = store.state;
    const lives = enrolment !== null || waiting !== null;
    if (!lives && (desk.phase.is === 'enrolled' || desk.phase.is === 'waiting')) desk.show({ is: 'asking' });
    const wish = await desk.wishes.next(lives ? AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]) : signal);
    if (wish !== null) await grant(context, store, desk, wish);
    else if (lives && !signal.aborted) await live(context, store, status, desk);
    // An enrolled display that is refused for now retries by itself: an admin may have lifted the obstacle.
    patienceMs = store.state.enrolment !== null && desk.phase.is === 'refused' ? LOOK_AGAIN_MS : 0;
  }
}
