/**
 * What is told of devices, and when (P7): one set of rules for what is really sent and for what other rules would have sent. They go
 * through what happened in its order, and keep what they know in a book: the store's, or one in memory. Times in milliseconds.
 */
import type { AlertKind, AlertSettings } from '../../../protocol/api-alerts.ts';
import type { PresenceStatus } from '../../presence/rules/reducer.ts';
import { isWanted, lostAfterMs, verdictOf } from './settings.ts';

/**
 * How long an event gathers devices before it is mailed: displays of one school that lose their network are found to be silent over
 * three intervals, and come back as each was told to wait.
 */
export const GATHER_MS = 10 * 60_000;

export type DeviceAlert = Exclude<AlertKind, 'credits' | 'trial'>;

/** Kinds of which only those devices are mailed that are still so. */
export const isLasting = (kind: AlertKind): boolean => kind === 'lost' || kind === 'waiting' || kind === 'key-changed';

export type AlertEvent =
  | { type: 'status'; at: number; deviceId: string; status: PresenceStatus; how: 'said' | 'lost' | null }
  | { type: 'waits' | 'key-changed' | 'decided' | 'left' | 'take-overs'; at: number; deviceId: string }
  /** The service began to run; the run before was seen alive until `aliveAt`. */
  | { type: 'start'; at: number; aliveAt: number };

export type Due = { what: 'watch'; at: number; deviceId: string; since: number } | { what: 'mail'; at: number; kind: AlertKind };

/** What is known of one domain. */
export interface Book {
  /** A device is away since `since`; it is told at `dueAt` unless it comes back. */
  watch(deviceId: string, since: number, dueAt: number): void;
  unwatch(deviceId: string): void;
  /** What is due first, up to `until`; a watch before a mail of the same time. */
  nextDue(until: number): Promise<Due | null>;
  /** Puts a device into the alert of its kind that still gathers at `at`, or into a new one whose mail is due after the gathering. */
  add(kind: DeviceAlert, deviceId: string, about: { at: number; since: number }): Promise<void>;
  /** The device is so no longer. Since when it was, and whether that was mailed; null where nothing was raised. */
  end(kind: DeviceAlert, deviceId: string, at: number): Promise<{ since: number; mailed: boolean } | null>;
  /** One mail of all alerts of the kind that are due at `at`; none where none of their devices is left. */
  send(kind: AlertKind, at: number): Promise<void>;
  hold(kind: AlertKind, at: number, until: number): void;
  /** They are recorded, and never mailed. */
  silence(kind: AlertKind, at: number): Promise<void>;
  /** P4: each watch begins anew at `at`, and no mail goes before one gathering after it. */
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

/** Does what is due up to `until`, at most `most` steps; how many it did. */
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
    // Who said goodbye was switched off: that is no loss.
    if (how === 'lost') book.watch(deviceId, at, at + lostAfterMs(settings));
    return;
  }
  const lost = await book.end('lost', deviceId, at);
  // Whoever was not told of the loss is not told of its end.
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

/** All of it, in its order, up to `until`. */
export async function replay(book: Book, settings: AlertSettings, events: readonly AlertEvent[], until: number): Promise<void> {
  for (const event of events) {
    // Of the time that the service was away nothing is claimed (P4).
    await advance(book, settings, event.type === 'start' ? event.aliveAt : event.at);
    await take(book, settings, event);
  }
  await advance(book, settings, until);
}
