/** An in-memory book of one domain: what rules would have done (P7). */
import type { AlertKind } from '../../../protocol/api-alerts.ts';
import { GATHER_MS, isLasting, type Book, type DeviceAlert, type Due } from './rules.ts';

interface Member {
  since: number;
  ended: boolean;
}

interface Raised {
  kind: DeviceAlert;
  raisedAt: number;
  dueAt: number | null;
  mailed: boolean;
  members: Map<string, Member>;
}

/** One e-mail, and how many devices it names. */
interface SentMail {
  kind: AlertKind;
  at: number;
  devices: number;
}

export class MemoryBook implements Book {
  readonly alerts: Raised[] = [];
  readonly mails: SentMail[] = [];
  /** The first is due first: all wait equally long, and events arrive in order. */
  private readonly watches = new Map<string, { since: number; dueAt: number }>();
  /** Alerts with a pending e-mail: few at any time. */
  private due: Raised[] = [];
  /** The open alert for a device and kind. */
  private readonly open = new Map<string, Raised>();

  watch(deviceId: string, since: number, dueAt: number): void {
    this.watches.set(deviceId, { since, dueAt });
  }

  unwatch(deviceId: string): void {
    this.watches.delete(deviceId);
  }

  private nextWatch(until: number): Due | null {
    const [first] = this.watches;
    if (first === undefined) return null;
    const [deviceId, { since, dueAt }] = first;
    return dueAt <= until ? { what: 'watch', at: dueAt, deviceId, since } : null;
  }

  async nextDue(until: number): Promise<Due | null> {
    const watch = this.nextWatch(until);
    let mail: { dueAt: number; kind: AlertKind } | null = null;
    for (const { dueAt, kind } of this.due) if (dueAt !== null && (mail === null || dueAt < mail.dueAt)) mail = { dueAt, kind };
    if (mail === null || mail.dueAt > until || (watch !== null && watch.at <= mail.dueAt)) return watch;
    return { what: 'mail', at: mail.dueAt, kind: mail.kind };
  }

  async add(kind: DeviceAlert, deviceId: string, { at, since }: { at: number; since: number }): Promise<void> {
    if (this.open.has(`${kind} ${deviceId}`)) return;
    let alert = this.due.findLast((one) => one.kind === kind && one.raisedAt + GATHER_MS > at);
    if (alert === undefined) {
      alert = { kind, raisedAt: at, dueAt: at + GATHER_MS, mailed: false, members: new Map() };
      this.alerts.push(alert);
      this.due.push(alert);
    }
    alert.members.set(deviceId, { since, ended: kind === 'back' });
    if (kind !== 'back') this.open.set(`${kind} ${deviceId}`, alert);
  }

  async end(kind: DeviceAlert, deviceId: string): Promise<{ since: number; mailed: boolean } | null> {
    const alert = this.open.get(`${kind} ${deviceId}`);
    const member = alert?.members.get(deviceId);
    if (alert === undefined || member === undefined) return null;
    this.open.delete(`${kind} ${deviceId}`);
    member.ended = true;
    return { since: member.since, mailed: alert.mailed };
  }

  private take(kind: AlertKind, at: number): Raised[] {
    const taken = this.due.filter((alert) => alert.kind === kind && (alert.dueAt ?? Infinity) <= at);
    this.due = this.due.filter((alert) => !taken.includes(alert));
    for (const alert of taken) alert.dueAt = null;
    return taken;
  }

  async send(kind: AlertKind, at: number): Promise<void> {
    const taken = this.take(kind, at);
    const told = taken.flatMap(({ members }) => [...members.values()]).filter(({ ended }) => !ended || !isLasting(kind));
    if (told.length === 0) return;
    for (const alert of taken) alert.mailed = true;
    this.mails.push({ kind, at, devices: told.length });
  }

  hold(kind: AlertKind, at: number, until: number): void {
    for (const alert of this.due) if (alert.kind === kind && alert.dueAt !== null && alert.dueAt <= at) alert.dueAt = until;
  }

  async silence(kind: AlertKind, at: number): Promise<void> {
    this.take(kind, at);
  }

  restart(at: number, watchMs: number): void {
    for (const watch of this.watches.values()) watch.dueAt = at + watchMs;
    for (const alert of this.due) alert.dueAt = Math.max(alert.dueAt ?? 0, at + GATHER_MS);
  }
}
