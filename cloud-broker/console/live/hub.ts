import { hashKey, type QueryClient, type QueryKey } from '@tanstack/react-query';
import { billingEvent, deviceEvent, enrolmentEvent } from '../../../protocol/api.ts';
import type { Billing, BillingEvent, Device, EnrolmentEvent } from '../../../protocol/api.ts';
import type { DeviceFilter } from '../app/address.ts';
import { Failure, hasCode } from '../api/failure.ts';
import { deviceQuery, keys } from '../api/queries.ts';
import type { HistoryList } from '../api/queries.ts';
import { DOUBT_MS, firstLink, nextLink, type Link } from './link.ts';
import { absorbEverywhere, CATCH_UP_PAGES, catchUp, listsInView, withRow } from './lists.ts';
import type { Change } from '../api/rows.ts';
import { openStream } from './stream.ts';
import type { EventName, Stream } from './stream.ts';

/** Changes are shown in batches at this interval: immediate to the eye, and bounded work when thousands of displays wake up. */
const FLUSH_EVERY_MS = 150;
/** Minimum interval between readings of figures computed from many rows. */
const FIGURES_EVERY_MS = 1_000;
const FIRST_CATCH_UP_MS = 1_000;
/** While events do not come through, what is in view is polled at this interval. */
const POLL_MS = 10_000;
const TICK_MS = 500;
const REFUSED_KEPT = 5;
const TRIES_KEPT = 30;

export interface LiveState {
  link: Link['link'];
  /** Events do not come through although the service answers, so what is shown is polled every 10 s. */
  slow: boolean;
  /** When the service last responded, in ms since 1970 by this computer's clock. */
  heardAt: number;
  /** The latest refused enrolment attempts, newest first (E11). */
  refused: readonly EnrolmentEvent[];
  /** The latest enrolment attempts with any outcome, newest first. */
  tries: readonly EnrolmentEvent[];
  /** The latest batch of changed devices, for the spoken summary. */
  changed: readonly Device[];
}

export interface LiveHub {
  state: () => LiveState;
  subscribe: (listener: () => void) => () => void;
  /** Shows a change made by this console itself, as an event would. */
  apply: (changes: readonly Change[]) => void;
  dismissRefused: () => void;
  /** Opens the stream and returns a function that closes it. */
  start: () => () => void;
}

/** Connects the event stream with the query cache: the only place where live data comes in. */
class Hub implements LiveHub {
  readonly #client: QueryClient;
  readonly #listeners = new Set<() => void>();
  #state: LiveState;
  #pending = new Map<string, Change>();
  #steps: (() => void)[] = [];
  /** For each list reading in progress, the devices named by events meanwhile. */
  readonly #meanwhile = new Set<Set<string>>();
  #flushing: ReturnType<typeof setTimeout> | undefined;
  #reading: ReturnType<typeof setTimeout> | undefined;
  #catching: ReturnType<typeof setTimeout> | undefined;
  #stream: Stream | null = null;
  #link: Link = firstLink(performance.now());

  constructor(client: QueryClient) {
    this.#client = client;
    this.#state = { link: 'connecting', slow: false, heardAt: Date.now(), refused: [], tries: [], changed: [] };
  }

  state = (): LiveState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  apply = (changes: readonly Change[]): void => {
    for (const change of changes) {
      this.#pending.set(change.id, change);
      for (const newer of this.#meanwhile) newer.add(change.id);
    }
    this.#flushSoon();
  };

  dismissRefused = (): void => this.#set({ refused: [] });

  start = (): (() => void) => {
    this.#stream = openStream('/api/v1/events', {
      opened: () => this.#opened(),
      heard: () => {
        this.#state = { ...this.#state, heardAt: Date.now() };
      },
      lost: () => this.#cut(),
      event: (name, data) => this.#event(name, data),
    });
    this.#link = firstLink(performance.now());
    const unsubscribe = this.#watchAnswers();
    const ticking = setInterval(() => this.#step('tick'), TICK_MS);
    const polling = setInterval(() => this.#poll(), POLL_MS);
    const offline = (): void => this.#suspect();
    window.addEventListener('offline', offline);
    window.addEventListener('online', offline);
    return () => {
      this.#stream?.close();
      unsubscribe();
      clearInterval(ticking);
      clearInterval(polling);
      window.removeEventListener('offline', offline);
      window.removeEventListener('online', offline);
      clearTimeout(this.#flushing);
      clearTimeout(this.#reading);
      clearTimeout(this.#catching);
    };
  };

  #set(part: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of this.#listeners) listener();
  }

  /** Every response shows that the link is alive; a missing one casts doubt on the stream too. */
  #watchAnswers(): () => void {
    return this.#client.getQueryCache().subscribe((event) => {
      if (event.type !== 'updated') return;
      if (event.action.type === 'success' && event.action.manual !== true) {
        this.#state = { ...this.#state, heardAt: Date.now() };
        this.#answered();
      }
      if (event.action.type === 'error' && hasCode(event.action.error, 'unreachable') && this.#state.link === 'live')
        this.#unanswered(event.query.queryKey, event.action.error);
    });
  }

  #step(event: Parameters<typeof nextLink>[1]): void {
    const before = this.#link;
    this.#link = nextLink(before, event, performance.now());
    const { link, slow } = this.#link;
    if (link !== before.link || slow !== before.slow) this.#set({ link, slow });
    // The first stream that lasts again catches up on what came without events.
    if (before.slow && !slow) this.#readAgain(CATCH_UP_PAGES);
  }

  /** The service is reachable, with or without its stream. */
  #answered(): void {
    const wasLost = this.#link.link === 'lost';
    this.#step('answered');
    if (wasLost) this.#readAgain(CATCH_UP_PAGES);
  }

  #poll(): void {
    if (this.#link.deafSince === null) return;
    if (this.#link.link === 'lost') void this.#client.invalidateQueries({ queryKey: keys.session });
    else this.#readAgain(CATCH_UP_PAGES);
  }

  /** One URL that a proxy cannot forward does not mean that the link is lost; the session request tells. */
  #unanswered(queryKey: QueryKey, error: unknown): void {
    const byProxy = error instanceof Failure && error.proxyStatus !== null;
    if (byProxy && hashKey(queryKey) !== hashKey(keys.session)) void this.#client.invalidateQueries({ queryKey: keys.session });
    else this.#suspect();
  }

  #suspect(): void {
    this.#step('unanswered');
    this.#cut();
    this.#stream?.restart();
  }

  /** A stream that ends with the session looks the same as a lost link; requesting the session tells which it is. */
  #cut(): void {
    this.#step('cut');
    setTimeout(() => this.#step('tick'), DOUBT_MS);
    void this.#client.invalidateQueries({ queryKey: keys.session });
  }

  #opened(): void {
    const isFirst = this.#state.link === 'connecting';
    this.#step('opened');
    if (this.#link.slow) return;
    // Once the page has loaded, catches up on what happened between the first reading and now.
    clearTimeout(this.#catching);
    if (isFirst) this.#catching = setTimeout(() => this.#readAgain(CATCH_UP_PAGES), FIRST_CATCH_UP_MS);
    else this.#readAgain(CATCH_UP_PAGES);
  }

  /** Reads what is in view again; of lists, the first `mostPages` pages. */
  #readAgain(mostPages: number): void {
    this.#client.removeQueries({ queryKey: keys.lists, type: 'inactive' });
    this.#listsAgain(mostPages);
    for (const queryKey of [
      keys.session,
      keys.commands,
      keys.counts,
      keys.blocks,
      keys.alerts,
      keys.refused,
      keys.billing,
      keys.history,
    ]) {
      void this.#client.invalidateQueries({ queryKey });
    }
  }

  #listsAgain(mostPages: number): void {
    for (const filter of listsInView(this.#client)) void this.#catchUp(filter, mostPages);
    void this.#client.invalidateQueries({ queryKey: keys.devices });
  }

  async #catchUp(filter: DeviceFilter, mostPages: number): Promise<void> {
    const newer = new Set<string>();
    this.#meanwhile.add(newer);
    try {
      const merge = await catchUp(this.#client, filter, newer, mostPages);
      this.#steps.push(() => {
        this.#meanwhile.delete(newer);
        merge();
      });
      this.#flushSoon();
    } catch {
      this.#meanwhile.delete(newer);
      // The list itself shows why it cannot be read.
      void this.#client.invalidateQueries({ queryKey: [...keys.lists, filter] });
    }
  }

  #event(name: EventName, data: unknown): void {
    if (name === 'device') {
      const { data: event } = deviceEvent.safeParse(data);
      if (event === undefined) return;
      this.apply(['device' in event ? { id: event.device.id, device: event.device } : { id: event.id, device: null }]);
    } else if (name === 'billing') {
      const { data: event } = billingEvent.safeParse(data);
      if (event !== undefined) this.#booked(event);
    } else if (name === 'enrolment') {
      const { data: event } = enrolmentEvent.safeParse(data);
      if (event === undefined) return;
      this.#set({ tries: [event, ...this.#state.tries].slice(0, TRIES_KEPT) });
      if (event.outcome !== 'rejected') return;
      this.#set({ refused: [event, ...this.#state.refused].slice(0, REFUSED_KEPT) });
      void this.#client.invalidateQueries({ queryKey: keys.refused });
    } else if (name === 'reset') {
      this.#readAgain(Infinity);
    } else {
      // The cause of an alert (credits, end of trial) may also have changed the domain's status.
      for (const queryKey of [keys.session, keys.alerts]) void this.#client.invalidateQueries({ queryKey });
      // Its displays now show that an alert reports their loss.
      this.#listsAgain(CATCH_UP_PAGES);
    }
  }

  #booked(event: BillingEvent): void {
    this.#client.setQueryData<HistoryList>(keys.history, (list) => (list === undefined ? list : withRow(list, event)));
    this.#client.setQueryData<Billing>(keys.billing, (figures) => figures && { ...figures, balance: event.balance });
    void this.#client.invalidateQueries({ queryKey: keys.session });
    this.#figuresSoon();
  }

  #flushSoon(): void {
    this.#flushing ??= setTimeout(() => this.#flush(), FLUSH_EVERY_MS);
  }

  #flush(): void {
    this.#flushing = undefined;
    // A page being fetched is merged into the list as it was when the fetch began; changes made meanwhile would be lost.
    if (this.#client.isFetching({ queryKey: keys.lists }) > 0) return this.#flushSoon();
    const changes = [...this.#pending.values()];
    this.#pending = new Map();
    absorbEverywhere(this.#client, changes);
    for (const step of this.#steps.splice(0)) step();
    for (const { id, device } of changes) {
      // The outcome of a command arrives as a change of its device (P8).
      for (const key of [keys.commands, keys.enrolments]) void this.#client.invalidateQueries({ queryKey: [...key, id] });
      const { queryKey } = deviceQuery(id);
      if (device === null) void this.#client.invalidateQueries({ queryKey });
      else if (this.#client.getQueryState(queryKey) !== undefined) this.#client.setQueryData(queryKey, device);
    }
    this.#set({ changed: changes.flatMap(({ device }) => device ?? []) });
    if (changes.length > 0) this.#figuresSoon();
  }

  #figuresSoon(): void {
    this.#reading ??= setTimeout(() => {
      this.#reading = undefined;
      for (const queryKey of [keys.counts, keys.blocks, keys.billing]) void this.#client.invalidateQueries({ queryKey });
    }, FIGURES_EVERY_MS);
  }
}

export const createHub = (client: QueryClient): LiveHub => new Hub(client);
