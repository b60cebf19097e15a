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

/** An event as it was stored; `data` is what the stream's filter turns into the message (see http/events). */
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

/** For those who must act at once: devices whose certificates died, so that their live sessions are closed (E9), and keys that an admin decided about (E6). */
interface Consequences {
  revoked: string[];
  decided: { domainId: number; keyFingerprint: string }[];
  /** Mails that were put into the outbox: their ids. */
  mails: number[];
  /** Devices that a new command waits for (P8). */
  commanded: string[];
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

export const noNotes = (): Notes => ({ events: [], audit: [], revoked: [], decided: [], mails: [], commanded: [] });

export function addNotes(batch: Notes, own: Notes): void {
  batch.events.push(...own.events);
  batch.audit.push(...own.audit);
  batch.revoked.push(...own.revoked);
  batch.decided.push(...own.decided);
  batch.mails.push(...own.mails);
  batch.commanded.push(...own.commanded);
}

/** Stores the notes of all operations that share a commit: many rows a statement cost a third of as many statements. */
export function storeNotes(sql: Sql, notes: Notes): Committed {
  const { events, audit, revoked, decided, mails, commanded } = notes;
  const newest = sql.insertRows(
    'events (domain_id, at, type, data)',
    events.map((event): Parameter[] => [event.domainId, event.at, event.type, JSON.stringify(event.data)]),
  );
  sql.insertRows(
    'audit (domain_id, at, actor, address, action, subject, details, correlation_id)',
    audit.map(({ domainId, at, actor, address, action, subject, details, correlationId }): Parameter[] => [
      domainId,
      at,
      actor,
      address ?? null,
      action,
      subject,
      JSON.stringify(details ?? {}),
      correlationId,
    ]),
  );
  // Only this connection writes, so the ids of one insert follow each other.
  return {
    events: events.map((event, index) => ({ ...event, id: newest - events.length + 1 + index })),
    revoked,
    decided,
    mails,
    commanded,
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

  decided(domainId: number, keyFingerprint: string): void {
    this.notes.decided.push({ domainId, keyFingerprint });
  }
}
