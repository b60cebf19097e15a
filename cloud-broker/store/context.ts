import type { Sql } from './sql.ts';

/** An event as it was stored; `data` is what the stream's filter turns into the message (see http/events). */
export type StoredEvent = { id: number; domainId: number; at: number } & EventData;

export type EventData =
  | { type: 'device'; data: { deviceId: string; removed?: true } }
  | { type: 'billing'; data: { transferId: number } }
  | { type: 'enrolment'; data: Record<string, unknown> };

/** What became true with a commit, for those who must act on it at once. Handed out after the commit, never before. */
export interface Committed {
  events: StoredEvent[];
  /** Devices whose certificates died: their live sessions must be closed (E9). */
  revoked: string[];
  /** Keys that an admin decided about: a session that still waits may be answered (E6). */
  decided: { domainId: number; keyFingerprint: string }[];
}

/** What an operation writes with: one connection inside one savepoint, and the notes for after the commit. */
export class WriteContext {
  readonly sql: Sql;
  private readonly committed: Committed;

  constructor(sql: Sql, committed: Committed) {
    this.sql = sql;
    this.committed = committed;
  }

  emit(domainId: number, at: number, event: EventData): void {
    const row = this.sql.get<{ id: number }>(
      'INSERT INTO events (domain_id, at, type, data) VALUES (?, ?, ?, ?) RETURNING id',
      domainId,
      at,
      event.type,
      JSON.stringify(event.data),
    );
    if (row !== null) this.committed.events.push({ id: row.id, domainId, at, ...event });
  }

  audit(entry: {
    domainId: number | null;
    at: number;
    actor: string;
    address?: string | null;
    action: string;
    subject: string;
    details?: object;
  }): void {
    this.sql.run(
      'INSERT INTO audit (domain_id, at, actor, address, action, subject, details) VALUES (?, ?, ?, ?, ?, ?, ?)',
      entry.domainId,
      entry.at,
      entry.actor,
      entry.address ?? null,
      entry.action,
      entry.subject,
      JSON.stringify(entry.details ?? {}),
    );
  }

  revoked(deviceId: string): void {
    this.committed.revoked.push(deviceId);
  }

  decided(domainId: number, keyFingerprint: string): void {
    this.committed.decided.push({ domainId, keyFingerprint });
  }
}
