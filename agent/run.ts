import type { Board } from '../firmware-shim/board.ts';
import { normaliseDomain } from '../protocol/text.ts';
import { attemptAfter, backoffMs, reconnectMs, spreadMs } from './backoff.ts';
import { CommandHandler } from './commands.ts';
import type { Wanted } from './enrolling.ts';
import type { Outcome } from './enrollment.ts';
import type { Log } from './log.ts';
import type { StateStore } from './state-store.ts';
import { HeartbeatScheduler } from './heartbeat-scheduler.ts';
import { Refusal, wordsFor } from './refusal.ts';
import { delay } from './delay.ts';
import { isLinkCode } from './secure-socket.ts';
import { runSession, type SessionEnd } from './session.ts';
import type { Settings } from './settings.ts';
import type { RunStatus } from './state-folder.ts';
import { withUnenrolled, type Enrolment, type Standing, type Stopped } from './state.ts';
import type { StatusPort } from './status-keeper.ts';

/** Why `run` ended: it was asked to, or only a person can continue. */
export type RunEnd = { why: 'stopped' } | { why: 'refused'; code: string; message: string; next: string; correlationId?: string };

export interface RunPorts {
  store: StateStore;
  board: Board;
  log: Log;
  settings: Settings;
  signal: AbortSignal;
  /** See LinkOptions. */
  acknowledgedMs?: number;
}

type Trouble = NonNullable<RunStatus['trouble']>;

/** The time limit of one enrolment inside `run`; between two of them `run` waits by its own back-off. */
const ENROLMENT_BUDGET_MS = 60_000;
/** After this many lost links in a row, the service is asked whether its broker has moved. */
const REDISCOVER_AFTER = 2;

/** The board's inventory, read once and again only when a fresh one is requested: reading it is slow and costly. */
function inventoryOf(board: Board): (fresh: boolean) => Promise<Record<string, string>> {
  let known: Promise<Record<string, string>> | null = null;
  return (fresh) => {
    if (known === null || fresh) known = board.inventory();
    return known;
  };
}

/** A busy service, or an admin's pending decision about an enrolled display, keeps the display out just as a broken link does. */
function troubleOf(outcome: Outcome, { renew }: Wanted): Trouble | null {
  if (outcome.kind === 'temporary') return { code: outcome.code, detail: outcome.detail };
  if (outcome.kind === 'pending' && renew !== undefined) return { code: outcome.pending.code, detail: '' };
  if (outcome.kind === 'rejected') return { code: outcome.rejected.code, detail: `id ${outcome.rejected.correlationId}` };
  return null;
}

const refusedWith = (stopped: Omit<Stopped, 'at'>): RunEnd => {
  const { code, message, next, correlationId } = stopped;
  return { why: 'refused', code, message, next, correlationId };
};

/** The agent as a service: waits for an admin's approval, then runs as a device until it is stopped or unenrolled. */
export class Runner {
  readonly #ports: RunPorts;
  readonly #status: StatusPort;
  readonly #inventory: (fresh: boolean) => Promise<Record<string, string>>;
  #attempt = 0;
  /** The broker's current address according to discovery; trusted only as far as the stored CA vouches for it (S3). */
  #movedTo: string | null = null;
  /** The last discovery failure, if discovery could not reach the service. */
  #discoveryFailed: Trouble | null = null;
  /** The last attempt with a renewal's result did not lead to a session. */
  #asideFailed = false;

  constructor(ports: RunPorts, status: StatusPort) {
    this.#ports = ports;
    this.#status = status;
    this.#inventory = inventoryOf(ports.board);
  }

  async run(): Promise<RunEnd> {
    const { store, signal } = this.#ports;
    try {
      while (!signal.aborted) {
        const { enrolment, waiting } = store.state;
        let end: RunEnd | null;
        if (enrolment !== null) end = await this.#liveAsDevice(enrolment);
        else if (waiting !== null) end = await this.#askAgain(waiting);
        else end = this.#notEnrolled();
        if (end !== null) return end;
      }
      return { why: 'stopped' };
    } finally {
      this.#status.change({ connected: false, epoch: null });
      await this.#status.flushed();
    }
  }

  #words(code: 'not-enrolled' | 'unenrolled'): RunEnd {
    return { why: 'refused', code, ...wordsFor(code, this.#ports.settings.language) };
  }

  #notEnrolled(): RunEnd {
    const { stopped, unenrolledAt } = this.#ports.store.state;
    if (stopped !== null) return refusedWith(stopped);
    return this.#words(unenrolledAt === null ? 'not-enrolled' : 'unenrolled');
  }

  async #delay(ms: number, why: string): Promise<null> {
    this.#ports.log.note('waiting', { why, restMs: Math.round(ms) });
    await delay(ms, this.#ports.signal);
    return null;
  }

  #backOff(why: string, ms = backoffMs(this.#attempt, Math.random())): Promise<null> {
    this.#attempt += 1;
    return this.#delay(ms, why);
  }

  async #enrol(wanted: Wanted): Promise<Outcome> {
    const { store, board, log, settings, signal } = this.#ports;
    // Loaded on demand: an enrolled device may never need to ask again.
    const [{ discover }, { runEnrolment }] = await Promise.all([import('./discovery.ts'), import('./enrolling.ts')]);
    try {
      const found = store.state.service ?? (await discover(settings));
      const service = { ca: found.ca, brokerUrl: this.#movedTo ?? found.brokerUrl };
      // While waiting for a decision, there is a link.
      const onWait = () => this.#status.change({ trouble: null });
      const enrolling = { store, board, log, service, proxy: settings.proxy, signal, onWait, unattended: true };
      const outcome = await runEnrolment(enrolling, wanted);
      this.#status.change({ trouble: troubleOf(outcome, wanted) });
      return outcome;
    } catch (error) {
      if (!(error instanceof Refusal) || !isLinkCode(error.code)) throw error;
      const { code, detail = '' } = error;
      this.#status.change({ trouble: { code, detail } });
      return { kind: 'temporary', code: error.code, detail };
    }
  }

  /** Stores a refusal that only a person can resolve, so that the agent does not ask again after a restart. */
  async #stopAsking(rejected: Omit<Stopped, 'at'>): Promise<RunEnd> {
    const { code, correlationId } = rejected;
    const { message, next } = wordsFor(code, this.#ports.settings.language, rejected);
    const stopped = { code, message, next, correlationId, at: new Date().toISOString() };
    await this.#ports.store.remember((state) => ({ ...state, waiting: null, stopped }));
    return refusedWith(stopped);
  }

  /** The last answer was `pending`: the same key asks for the same domain until an admin decides (E6). */
  async #askAgain(waiting: { domain: string; retryAfterS: number }): Promise<RunEnd | null> {
    const outcome = await this.#enrol({ domain: normaliseDomain(waiting.domain), budgetMs: ENROLMENT_BUDGET_MS, waits: true });
    if (outcome.kind === 'accepted') this.#attempt = 0;
    if (outcome.kind === 'temporary') return this.#backOff(outcome.code);
    if (outcome.kind === 'pending') {
      const { code, retryAfterS } = outcome.pending;
      await this.#ports.store.remember((state) => ({
        ...state,
        waiting: state.waiting === null ? null : { ...state.waiting, code, retryAfterS },
      }));
      return this.#delay(spreadMs(retryAfterS, Math.random()), code);
    }
    if (outcome.kind !== 'rejected') return null;
    const { rejected } = outcome;
    // The pairing code was correct when a person typed it and is not stored (D7); the board is still waiting.
    const retryAfterS = rejected.code === 'pairing-code-required' ? waiting.retryAfterS : rejected.retryAfterS;
    if (retryAfterS !== undefined) return this.#delay(spreadMs(retryAfterS, Math.random()), rejected.code);
    return this.#stopAsking(rejected);
  }

  /** CONNACK 5: enrols once with the same key, never with a new one. */
  async #renew(enrolment: Enrolment): Promise<RunEnd | null> {
    const { store, log } = this.#ports;
    if (store.state.stopped !== null) return refusedWith(store.state.stopped);
    await this.#backOff('renewal');
    if (this.#ports.signal.aborted) return null;
    log.note('renewal', { deviceId: enrolment.deviceId });
    const wanted = { domain: enrolment.domain, renew: enrolment.deviceId, budgetMs: ENROLMENT_BUDGET_MS, waits: true };
    const outcome = await this.#enrol(wanted);
    if (outcome.kind === 'pending')
      return this.#delay(spreadMs(outcome.pending.retryAfterS, Math.random()), outcome.pending.code);
    this.#asideFailed = false;
    if (outcome.kind !== 'rejected') return null;
    const { rejected } = outcome;
    if (rejected.code === 'unenrolled') return this.#forget();
    if (rejected.retryAfterS !== undefined) return this.#delay(spreadMs(rejected.retryAfterS, Math.random()), rejected.code);
    return this.#stopAsking(rejected);
  }

  /** E9: the board does not re-enrol by itself. */
  async #forget(): Promise<RunEnd> {
    await this.#ports.store.remember((state) => withUnenrolled(state, new Date().toISOString()));
    this.#ports.log.note('unenrolled');
    return this.#words('unenrolled');
  }

  async #rediscover(): Promise<void> {
    if (this.#attempt < REDISCOVER_AFTER || this.#ports.settings.serviceUrl === null) return;
    try {
      const { discover } = await import('./discovery.ts');
      this.#movedTo = (await discover(this.#ports.settings)).brokerUrl;
      this.#discoveryFailed = null;
    } catch (error) {
      this.#ports.log.note('discovery-failed', { detail: error instanceof Error ? error.message : '' }, 'warn');
      // Discovery reveals a portal or a filter; the broker's port only shows that nothing gets through.
      if (error instanceof Refusal) this.#discoveryFailed = { code: error.code, detail: error.detail ?? '' };
    }
  }

  async #liveAsDevice(first: Enrolment): Promise<RunEnd | null> {
    const { store, signal } = this.#ports;
    const commands = new CommandHandler();
    const heartbeats = new HeartbeatScheduler(first.heartbeat, () => this.#status.change({ buffered: heartbeats.buffered }));
    try {
      while (!signal.aborted) {
        const { enrolment, service, aside } = store.state;
        if (enrolment === null || service === null) return null;
        const end = await this.#session(
          aside === null || this.#asideFailed ? { enrolment, service } : aside,
          heartbeats,
          commands,
        );
        const over = await this.#after(end, store.state.enrolment ?? enrolment);
        if (over !== null) return over;
      }
      return null;
    } finally {
      heartbeats.stop();
    }
  }

  #session(standing: Standing, heartbeats: HeartbeatScheduler, commands: CommandHandler): Promise<SessionEnd> {
    const { settings, ...ports } = this.#ports;
    return runSession(
      {
        ...ports,
        heartbeats,
        commands,
        inventory: this.#inventory,
        proxy: settings.proxy,
        onLink: async (epoch) => {
          this.#status.change({ connected: epoch !== null, epoch, ...(epoch === null ? {} : { trouble: null }) });
          if (epoch !== null) await this.#cameIn(standing);
        },
        onHeartbeat: (lastHeartbeatAt) => {
          this.#status.change({ lastHeartbeatAt });
          // The disk may accept the write that it refused before.
          if (ports.store.unsaved !== null) void ports.store.remember((state) => state);
        },
      },
      standing.enrolment,
      { ca: standing.service.ca, brokerUrl: this.#movedTo ?? standing.service.brokerUrl },
    );
  }

  /** A session is open: the credentials that opened it are now the current ones. */
  async #cameIn(standing: Standing): Promise<void> {
    const { store } = this.#ports;
    if (store.state.stopped === null && store.state.aside === null) return;
    await store.remember((now) => ({ ...now, ...standing, aside: null, stopped: null }));
  }

  #lost({ code, detail, linkedMs }: Extract<SessionEnd, { why: 'lost' }>): void {
    this.#ports.log.note('link-lost', { code, detail, linkedMs: Math.round(linkedMs) }, 'warn');
    if (linkedMs > 0) this.#discoveryFailed = null;
    this.#status.change({ trouble: this.#discoveryFailed ?? { code, detail } });
  }

  async #after(end: SessionEnd, enrolment: Enrolment): Promise<RunEnd | null> {
    switch (end.why) {
      case 'stopped':
        return { why: 'stopped' };
      case 'unenrolled':
        return this.#forget();
      case 'refused':
        return this.#renew(enrolment);
      case 'again':
        return this.#backOff('new-epoch');
      case 'lost':
      default:
        this.#lost(end);
        this.#attempt = attemptAfter(this.#attempt, end.linkedMs);
        // A renewal's result and the previous credentials are tried in turn until one of them opens a session.
        if (end.linkedMs === 0) this.#asideFailed = !this.#asideFailed;
        await this.#backOff('link-lost', reconnectMs(this.#attempt, enrolment.heartbeat.jitterS, Math.random()));
        await this.#rediscover();
        return null;
    }
  }
}
