import type { DeviceData, Effect, EventData, NewEffect, WarningReason } from './effects.ts';
import type { Parameter, Tx } from './tx.ts';
import type { SignDeviceCertificate } from '../keys/device-certificates.ts';

interface AuditEntry {
  domainId: number | null;
  at: number;
  actor: string;
  address?: string | null;
  action: string;
  subject: string;
  details?: object;
}

/** What operations record beside their rows: stored together with them just before the commit. */
export interface Notes {
  effects: NewEffect[];
  audit: (AuditEntry & { correlationId: string | null })[];
}

export const noNotes = (): Notes => ({ effects: [], audit: [] });

export function addNotes(batch: Notes, own: Notes): void {
  batch.effects.push(...own.effects);
  batch.audit.push(...own.audit);
}

/** Reserves `count` numbers for rows of a domain and returns the last of them. No number is given out twice. */
export async function nextNumber(tx: Tx, what: 'events' | 'audit' | 'alerts', domainId: number, count = 1): Promise<number> {
  const row = await tx.get<{ newest: number }>(
    'INSERT INTO counters (what, domain_id, newest) VALUES (?, ?, ?) ON CONFLICT (what, domain_id) DO UPDATE SET newest = counters.newest + excluded.newest RETURNING newest',
    what,
    domainId,
    count,
  );
  return row?.newest ?? count;
}

/** The next numbers within their domains, in the order of `rows`; 0 for rows without a domain. */
async function nextNumbers(tx: Tx, what: 'events' | 'audit', rows: readonly { domainId: number | null }[]): Promise<number[]> {
  const counts = new Map<number, number>();
  for (const { domainId } of rows) if (domainId !== null) counts.set(domainId, (counts.get(domainId) ?? 0) + 1);
  const next = new Map<number | null, number>();
  for (const [domainId, count] of counts) next.set(domainId, (await nextNumber(tx, what, domainId, count)) - count);
  return rows.map(({ domainId }) => {
    const last = next.get(domainId);
    if (last === undefined) return 0;
    next.set(domainId, last + 1);
    return last + 1;
  });
}

/** Stores the notes of all operations that share a commit: multi-row statements cost a third of single-row ones. */
export async function storeNotes(tx: Tx, { effects, audit }: Notes): Promise<Effect[]> {
  const events = effects.filter((effect) => effect.kind === 'event');
  const ids = await nextNumbers(tx, 'events', events);
  tx.sendRows(
    'events (domain_id, number, at, type, data)',
    events.map((event, index): Parameter[] => [
      event.domainId,
      ids[index] ?? 0,
      event.at,
      event.type,
      JSON.stringify(event.data),
    ]),
  );
  const numbers = await nextNumbers(tx, 'audit', audit);
  tx.sendRows(
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
  const nextId = ids.values();
  return effects.map((effect) => (effect.kind === 'event' ? { ...effect, id: nextId.next().value ?? 0 } : effect));
}

/** The correlation id in an operation's input, if it has one. */
export function correlationIdOf(input: unknown): string | null {
  const given = typeof input === 'object' && input !== null && 'correlationId' in input ? input.correlationId : null;
  return typeof given === 'string' ? given : null;
}

/** What an operation writes with: the one connection, the notes for the commit, and the CA's signature (S2). */
export class WriteContext {
  readonly tx: Tx;
  readonly signCertificate: SignDeviceCertificate;
  private readonly notes: Notes;
  private readonly correlationId: string | null;

  /** `correlationId`: of the request or enrolment behind this operation. */
  constructor(tx: Tx, notes: Notes, signCertificate: SignDeviceCertificate, correlationId: string | null = null) {
    this.tx = tx;
    this.notes = notes;
    this.signCertificate = signCertificate;
    this.correlationId = correlationId;
  }

  emit(domainId: number, at: number, event: EventData): void {
    this.notes.effects.push({ kind: 'event', domainId, at, ...event });
  }

  /** A device was removed. `tags`: those it had, as a JSON list. */
  emitRemoved(domainId: number, at: number, { id, tags }: { id: string; tags: string }): void {
    const data: DeviceData = { deviceId: id, removed: true, hadTags: JSON.parse(tags) as string[] };
    this.emit(domainId, at, { type: 'device', data });
  }

  audit(entry: AuditEntry): void {
    this.notes.audit.push({ ...entry, correlationId: this.correlationId });
  }

  /** An e-mail was added to the outbox, in the transaction that it reports on. */
  mailed(id: number): void {
    this.notes.effects.push({ kind: 'mail', id });
  }

  revoked(deviceId: string): void {
    this.notes.effects.push({ kind: 'revoked', deviceId });
  }

  commanded(deviceId: string): void {
    this.notes.effects.push({ kind: 'commanded', deviceId });
  }

  warned(reason: WarningReason, details: Record<string, unknown>): void {
    this.notes.effects.push({ kind: 'warned', reason, details });
  }

  decided(domainId: number, keyFingerprint: string): void {
    this.notes.effects.push({ kind: 'decided', domainId, keyFingerprint });
  }
}
