import type { ServerResponse } from 'node:http';
import { RollcallError } from '../../../protocol/errors.ts';
import { canResumeAfter, newestEventId } from '../../store/events.ts';
import type { Store } from '../../store/port.ts';
import type { HttpLimits, LivePresence } from '../deps.ts';
import { mayBill, type CallerHeaders, type SignedIn } from '../access.ts';
import { EventStream, message, type EventPresenters } from './stream.ts';

/** A stream more events behind than this reloads its lists instead. */
const MAX_BACKLOG = 2000;
/** How many heard devices are reported in one batch. */
const HEARD_SLICE = 100;
const MAX_HEARD = 100_000;

export interface HubDeps {
  store: Store;
  callers: { stillThere(headers: CallerHeaders): Promise<SignedIn | null> };
  presence: Pick<LivePresence, 'onHeartbeats'>;
  presenters: EventPresenters;
  limits: Pick<HttpLimits, 'streamsPerSession' | 'streamsInAll' | 'stream'>;
  /** A session check failed, through no fault of the session. */
  onError(error: unknown): void;
}

/** Where a stream begins, and what is sent first. */
export interface StreamStartsAt {
  after: number;
  opening: string;
}

export interface OpenRequest {
  signedIn: SignedIn;
  /** What the session or key is looked up by, repeatedly. */
  credentials: CallerHeaders;
  start: StreamStartsAt;
  response: ServerResponse;
  headers: Record<string, number | string | string[] | undefined>;
}

interface OpenSession {
  signedIn: SignedIn;
  credentials: CallerHeaders;
  streams: Set<EventStream>;
}

/** What a session may see. If any of it changes, its streams end and are reopened (A5). */
function rights({ userId, role, billing, tags, domainId, scopes }: SignedIn): string {
  return JSON.stringify([userId, role, billing, tags, domainId, scopes]);
}

/** An event, not a comment, because a browser does not show comments to the page. Without an id, it does not count when the stream is resumed. */
const ALIVE = message('alive', 0);

/** All open event streams: wakes them after commits, reports heartbeats to them, and ends those whose session has ended. */
export class EventHub {
  private readonly deps: HubDeps;
  private readonly sessions = new Map<string, OpenSession>();
  private readonly domains = new Map<number, Set<EventStream>>();
  private readonly timers: NodeJS.Timeout[];
  private heard = new Set<string>();
  private count = 0;
  private checking = false;
  private isTelling = false;
  private closed = false;

  constructor(deps: HubDeps) {
    this.deps = deps;
    const { sessionCheckMs, aliveMs, coalesceMs } = deps.limits.stream;
    deps.store.onCommitted({
      event: (events) => {
        for (const domainId of new Set(events.map((event) => event.domainId))) this.each(domainId, (stream) => stream.wake());
      },
    });
    deps.presence.onHeartbeats((deviceIds) => {
      if (this.count > 0 && this.heard.size < MAX_HEARD) for (const id of deviceIds) this.heard.add(id);
    });
    this.timers = [
      setInterval(() => void this.checkSessions(), sessionCheckMs),
      setInterval(() => this.all((stream) => stream.pass(ALIVE)), aliveMs),
      setInterval(() => void this.tellHeard(), coalesceMs),
    ];
  }

  get size(): number {
    return this.count;
  }

  /** Refuses with `busy`, before anything is sent, if this session or the service has reached its limit of streams. */
  demandRoom(signedIn: SignedIn): void {
    const own = this.sessions.get(signedIn.sessionId)?.streams.size ?? 0;
    const { streamsPerSession, streamsInAll } = this.deps.limits;
    if (this.closed || own >= streamsPerSession || this.count >= streamsInAll)
      throw new RollcallError('busy', { retryAfterS: 10 });
  }

  open(request: OpenRequest): void {
    const { signedIn, response } = request;
    const stream = new EventStream({
      response,
      headers: request.headers,
      viewer: { domainId: signedIn.domainId, tags: signedIn.tags, billing: mayBill(signedIn) },
      reader: this.deps.store.reader,
      presenters: this.deps.presenters,
      ...request.start,
    });
    this.add(signedIn, request.credentials, stream);
    response.on('close', () => this.remove(signedIn, stream));
    if (response.destroyed) this.remove(signedIn, stream);
  }

  close(): void {
    this.closed = true;
    for (const timer of this.timers) clearInterval(timer);
    this.all((stream) => stream.end());
  }

  /** Where a stream begins: after Last-Event-ID. If that is impossible, now, and `reset` says that lists must be reloaded. */
  async startOf(domainId: number, lastEventId: string | string[] | undefined): Promise<StreamStartsAt> {
    const { reader } = this.deps.store;
    const after = await newestEventId(reader, domainId);
    if (typeof lastEventId !== 'string' || lastEventId === '') return { after, opening: '' };
    const last = /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : null;
    if (last !== null && (await canResumeAfter(reader, domainId, last, MAX_BACKLOG))) return { after: last, opening: '' };
    return { after, opening: message('reset', {}) };
  }

  private add(signedIn: SignedIn, credentials: CallerHeaders, stream: EventStream): void {
    const session = this.sessions.get(signedIn.sessionId) ?? { signedIn, credentials, streams: new Set() };
    this.sessions.set(signedIn.sessionId, session);
    session.streams.add(stream);
    const domain = this.domains.get(signedIn.domainId) ?? new Set();
    this.domains.set(signedIn.domainId, domain);
    domain.add(stream);
    this.count += 1;
  }

  private remove(signedIn: SignedIn, stream: EventStream): void {
    const session = this.sessions.get(signedIn.sessionId);
    if (session?.streams.delete(stream) !== true) return;
    if (session.streams.size === 0) this.sessions.delete(signedIn.sessionId);
    const domain = this.domains.get(signedIn.domainId);
    domain?.delete(stream);
    if (domain?.size === 0) this.domains.delete(signedIn.domainId);
    this.count -= 1;
  }

  private each(domainId: number, act: (stream: EventStream) => void): void {
    for (const stream of this.domains.get(domainId) ?? []) act(stream);
  }

  private all(act: (stream: EventStream) => void): void {
    for (const domainId of this.domains.keys()) this.each(domainId, act);
  }

  /** A5: ends the streams of sessions that have ended or changed, and streams whose reader takes nothing any more. */
  private async checkSessions(): Promise<void> {
    this.all((stream) => {
      if (stream.stalledMs() > this.deps.limits.stream.stallMs) stream.end();
    });
    if (this.checking) return;
    this.checking = true;
    for (const session of this.sessions.values()) {
      if (await this.stillHolds(session)) continue;
      for (const stream of session.streams) stream.end();
    }
    this.checking = false;
  }

  private async stillHolds({ signedIn, credentials }: OpenSession): Promise<boolean> {
    try {
      const now = await this.deps.callers.stillThere(credentials);
      return now !== null && rights(now) === rights(signedIn);
    } catch (error) {
      this.deps.onError(error);
      return false;
    }
  }

  /** At most one message per device in each coalescing time, without an id: a stored event will report the same. */
  private async tellHeard(): Promise<void> {
    if (this.isTelling) return;
    this.isTelling = true;
    const ids = [...this.heard];
    this.heard = new Set();
    try {
      for (let from = 0; from < ids.length && !this.closed; from += HEARD_SLICE)
        await this.tellSome(ids.slice(from, from + HEARD_SLICE));
    } catch (error) {
      this.deps.onError(error);
    }
    this.isTelling = false;
  }

  private async tellSome(ids: readonly string[]): Promise<void> {
    for (const device of await this.deps.presenters.heardDevices(ids)) {
      if (!this.domains.has(device.domainId)) continue;
      const text = message('device', device.present());
      this.each(device.domainId, (stream) => {
        if (device.isSeenBy(stream.viewer)) stream.pass(text);
      });
    }
  }
}
