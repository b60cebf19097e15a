import { putMail, type Mail } from './outbox-rows.ts';
import type { Parameter, Sql } from './sql.ts';

/** `hadTags`: what a device was tagged with before it went or its tags changed. Only to who saw it so is it told that it is gone (A4). */
export interface DeviceData {
  deviceId: string;
  removed?: true;
  hadTags?: string[];
}

export type EventData =
  | { type: 'device'; data: DeviceData }
  | { type: 'billing'; data: { transferId: number } }
  | { type: 'alert'; data: { alertId: number } }
  | { type: 'enrolment'; data: Record<string, unknown> };

type NewEvent = { domainId: number; at: number } & EventData;

/** An event as it was stored: `id` counts within its domain; `data` is what the stream's filter turns into the message (see http/events). */
export type StoredEvent = { id: number } & NewEvent;

interface AuditEntry {
  domainId: number | null;
  at: number;
  actor: string;
  address?: string | null;
  action: string;
  subject: string;
  details?: object;
}

/** Why unproven grants are held that an honest buyer might miss (E14). */
export type WarningReason = 'invoice-split' | 'service-limit';

/** For those who must act at once: devices whose certificates died, so that their live sessions are closed (E9), and keys that an admin decided about (E6). */
interface Consequences {
  revoked: string[];
  decided: { domainId: number; keyFingerprint: string }[];
  /** Mails that were put into the outbox: their ids. */
  mails: number[];
  /** Devices that a new command waits for (P8). */
  commanded: string[];
  /** What the operator is to look at; it stands in his own audit log as well. */
  warned: { reason: WarningReason; details: Record<string, unknown> }[];
}

/** What operations noted beside their rows: stored with them just before the commit. */
export interface Notes extends Consequences {
  events: NewEvent[];
  audit: (AuditEntry & { correlationId: string | null })[];
}

/** What became true with a commit. Handed out after it, never before. */
export interface Committed extends Consequences {
  events: StoredEvent[];
}

export const noNotes = (): Notes => ({ events: [], audit: [], revoked: [], decided: [], mails: [], commanded: [], warned: [] });

export function addNotes(batch: Notes, own: Notes): void {
  batch.events.push(...own.events);
  batch.audit.push(...own.audit);
  batch.revoked.push(...own.revoked);
  batch.decided.push(...own.decided);
  batch.mails.push(...own.mails);
  batch.commanded.push(...own.commanded);
  batch.warned.push(...own.warned);
}

/** The next numbers of their domains, in the order of `rows`; 0 for what is of no domain. */
function nextNumbers(sql: Sql, what: 'events' | 'audit', rows: readonly { domainId: number | null }[]): number[] {
  const counts = new Map<number, number>();
  for (const { domainId } of rows) if (domainId !== null) counts.set(domainId, (counts.get(domainId) ?? 0) + 1);
  const next = new Map<number | null, number>();
  for (const [domainId, count] of counts) {
    const row = sql.get<{ newest: number }>(
      'INSERT INTO counters VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET newest = newest + ?3 RETURNING newest',
      what,
      domainId,
      count,
    );
    next.set(domainId, (row?.newest ?? count) - count);
  }
  return rows.map(({ domainId }) => {
    const last = next.get(domainId);
    if (last === undefined) return 0;
    next.set(domainId, last + 1);
    return last + 1;
  });
}

/** Stores the notes of all operations that share a commit: many rows a statement cost a third of as many statements. */
export function storeNotes(sql: Sql, notes: Notes): Committed {
  const { events, audit, revoked, decided, mails, commanded, warned } = notes;
  const ids = nextNumbers(sql, 'events', events);
  sql.insertRows(
    'events (domain_id, number, at, type, data)',
    events.map((event, index): Parameter[] => [
      event.domainId,
      ids[index] ?? 0,
      event.at,
      event.type,
      JSON.stringify(event.data),
    ]),
  );
  const numbers = nextNumbers(sql, 'audit', audit);
  sql.insertRows(
    'audit (domain_id, number, at, actor, address, action, subject, details, correlation_id)',
    audit.map(({ domainId, at, actor, address, action, subject, details, correlationId }, index): Parameter[] => [
      domainId,
      numbers[index] ?? 0,
      at,
      actor,
      address ?? null,
      action,
      subject,
      JSON.stringify(details ?? {}),
      correlationId,
    ]),
  );
  return {
    events: events.map((event, index) => ({ ...event, id: ids[index] ?? 0 })),
    revoked,
    decided,
    mails,
    commanded,
    warned,
  };
}

/** The correlation id in an operation's input, where it has one. */
export function correlationIdOf(input: unknown): string | null {
  const given = typeof input === 'object' && input !== null && 'correlationId' in input ? input.correlationId : null;
  return typeof given === 'string' ? given : null;
}

/** What an operation writes with: the one connection, and the notes for the commit. */
export class WriteContext {
  readonly sql: Sql;
  private readonly notes: Notes;
  private readonly correlationId: string | null;

  /** `correlationId`: of the request or the enrolment that asked for this operation. */
  constructor(sql: Sql, notes: Notes, correlationId: string | null = null) {
    this.sql = sql;
    this.notes = notes;
    this.correlationId = correlationId;
  }

  emit(domainId: number, at: number, event: EventData): void {
    this.notes.events.push({ domainId, at, ...event });
  }

  /** A device is gone. `tags`: those it had, a JSON list. */
  emitRemoved(domainId: number, at: number, { id, tags }: { id: string; tags: string }): void {
    const data: DeviceData = { deviceId: id, removed: true, hadTags: JSON.parse(tags) as string[] };
    this.emit(domainId, at, { type: 'device', data });
  }

  audit(entry: AuditEntry): void {
    this.notes.audit.push({ ...entry, correlationId: this.correlationId });
  }

  /** Puts a mail into the outbox, in the transaction of what it tells about. */
  mail(mail: Mail, now: number): void {
    this.notes.mails.push(putMail(this.sql, mail, now));
  }

  revoked(deviceId: string): void {
    this.notes.revoked.push(deviceId);
  }

  commanded(deviceId: string): void {
    this.notes.commanded.push(deviceId);
  }

  warned(reason: WarningReason, details: Record<string, unknown>): void {
    this.notes.warned.push({ reason, details });
  }

  decided(domainId: number, keyFingerprint: string): void {
    this.notes.decided.push({ domainId, keyFingerprint });
  }
}
