/**
 * Which device alerts are sent, and when (P7): one rule set for what is really sent and for what other rules would have sent. The rules process
 * events in order and keep their state in a book: in the store, or in memory. Times in milliseconds.
 */
import type { AlertKind, AlertSettings } from '../../../protocol/api-alerts.ts';
import type { PresenceStatus } from '../../presence/rules/reducer.ts';
import { isWanted, lostAfterMs, verdictOf } from './settings.ts';

/**
 * How long an alert gathers devices before it is mailed: displays of one school that lose their network are found silent over three intervals, and
 * come back as each was told to wait.
 */
export const GATHER_MS = 10 * 60_000;

export type DeviceAlert = Exclude<AlertKind, 'credits' | 'trial'>;

/** Kinds that are mailed only for devices still affected. */
export const isLasting = (kind: AlertKind): boolean => kind === 'lost' || kind === 'waiting' || kind === 'key-changed';

export type AlertEvent =
  | { type: 'status'; at: number; deviceId: string; status: PresenceStatus; how: 'said' | 'lost' | null }
  | { type: 'waits' | 'key-changed' | 'decided' | 'left' | 'take-overs'; at: number; deviceId: string }
  /** The service started; the previous run was last seen alive at `aliveAt`. */
  | { type: 'start'; at: number; aliveAt: number };

export type Due = { what: 'watch'; at: number; deviceId: string; since: number } | { what: 'mail'; at: number; kind: AlertKind };

/** State of one domain. */
export interface Book {
  /** A device has been away since `since`; it is reported at `dueAt` unless it comes back. */
  watch(deviceId: string, since: number, dueAt: number): void;
  unwatch(deviceId: string): void;
  /** What is due first, up to `until`; a watch before an e-mail due at the same time. */
  nextDue(until: number): Promise<Due | null>;
  /** Adds a device to the alert of its kind that is still gathering at `at`, or to a new one whose e-mail is due after the gathering. */
  add(kind: DeviceAlert, deviceId: string, about: { at: number; since: number }): Promise<void>;
  /** The condition ended for this device. Returns since when it held and whether that was mailed; null if nothing was raised. */
  end(kind: DeviceAlert, deviceId: string, at: number): Promise<{ since: number; mailed: boolean } | null>;
  /** One e-mail for all alerts of the kind due at `at`; none if none of their devices is left. */
  send(kind: AlertKind, at: number): Promise<void>;
  hold(kind: AlertKind, at: number, until: number): void;
  /** They are recorded but never mailed. */
  silence(kind: AlertKind, at: number): Promise<void>;
  /** P4: each watch restarts at `at`, and no e-mail is sent until one gathering period later. */
  restart(at: number, watchMs: number): void;
}

async function raise(
  book: Book,
  settings: AlertSettings,
  kind: DeviceAlert,
  deviceId: string,
  about: { at: number; since: number },
): Promise<void> {
  if (isWanted(settings, kind)) await book.add(kind, deviceId, about);
}

/** Performs what is due up to `until`, in at most `most` steps; returns their number. */
export async function advance(book: Book, settings: AlertSettings, until: number, most = Infinity): Promise<number> {
  for (let steps = 0; steps < most; steps += 1) {
    const due = await book.nextDue(until);
    if (due === null) return steps;
    if (due.what === 'watch') {
      book.unwatch(due.deviceId);
      await raise(book, settings, 'lost', due.deviceId, due);
      continue;
    }
    const verdict = verdictOf(settings, due.at);
    if (verdict === 'send') await book.send(due.kind, due.at);
    else if (verdict === 'silent') await book.silence(due.kind, due.at);
    else book.hold(due.kind, due.at, verdict.until);
  }
  return most;
}

async function statusChanged(
  book: Book,
  settings: AlertSettings,
  change: Extract<AlertEvent, { type: 'status' }>,
): Promise<void> {
  const { deviceId, at, status, how } = change;
  book.unwatch(deviceId);
  if (status === 'offline') {
    // A device that said goodbye was switched off: that is no loss.
    if (how === 'lost') book.watch(deviceId, at, at + lostAfterMs(settings));
    return;
  }
  const lost = await book.end('lost', deviceId, at);
  // If the loss was not mailed, neither is its end.
  if (lost?.mailed === true) await raise(book, settings, 'back', deviceId, { at, since: lost.since });
}

/** Takes one event, when all that was due up to its time is done. */
export async function take(book: Book, settings: AlertSettings, event: AlertEvent): Promise<void> {
  const { at } = event;
  switch (event.type) {
    case 'status':
      return statusChanged(book, settings, event);
    case 'waits':
    case 'key-changed': {
      const kind = event.type === 'waits' ? 'waiting' : 'key-changed';
      await book.end(kind === 'waiting' ? 'key-changed' : 'waiting', event.deviceId, at);
      return raise(book, settings, kind, event.deviceId, { at, since: at });
    }
    case 'take-overs':
      return raise(book, settings, 'take-overs', event.deviceId, { at, since: at });
    case 'decided':
      await book.end('waiting', event.deviceId, at);
      await book.end('key-changed', event.deviceId, at);
      return;
    case 'left':
      book.unwatch(event.deviceId);
      for (const kind of ['lost', 'take-overs'] as const) await book.end(kind, event.deviceId, at);
      return;
    case 'start':
      return book.restart(at, lostAfterMs(settings));
  }
}

/** Processes all events in order, up to `until`. */
export async function replay(book: Book, settings: AlertSettings, events: readonly AlertEvent[], until: number): Promise<void> {
  for (const event of events) {
    // Nothing is claimed about the time the service was down (P4).
    await advance(book, settings, event.type === 'start' ? event.aliveAt : event.at);
    await take(book, settings, event);
  }
  await advance(book, settings, until);
}
