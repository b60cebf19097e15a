/** What a commit leads to outside of the store: told, ended, sent or shown. Handed out after the commit, never before it. */

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

/** Why unproven grants are held that an honest buyer might miss (E14). */
export type WarningReason = 'invoice-split' | 'service-limit';

type EffectWith<Event> =
  /** For event streams, webhooks and searches. */
  | ({ kind: 'event' } & Event)
  /** A device whose certificates died: its live session is to be closed (E9). */
  | { kind: 'revoked'; deviceId: string }
  /** A key that an admin decided about: its board waits for the answer (E6). */
  | { kind: 'decided'; domainId: number; keyFingerprint: string }
  /** A mail that was put into the outbox. */
  | { kind: 'mail'; id: number }
  /** A device that a new command waits for (P8). */
  | { kind: 'commanded'; deviceId: string }
  /** What the operator is to look at; it stands in the operator's audit log as well. */
  | { kind: 'warned'; reason: WarningReason; details: Record<string, unknown> };

export type Effect = EffectWith<StoredEvent>;

/** An effect whose commit is still to come: events have no number yet. */
export type NewEffect = EffectWith<NewEvent>;

export type EffectKind = Effect['kind'];

export type EffectOf<Kind extends EffectKind> = Extract<Effect, { kind: Kind }>;

/** What somebody does about effects, by their kind. Each handler gets all effects of its kind that one commit had, in their order. */
export type EffectHandlers = { [Kind in EffectKind]?: (effects: EffectOf<Kind>[]) => void };

/** Hands the effects of one commit to those who registered for their kinds. */
export function dispatchEffects(effects: readonly Effect[], registered: readonly EffectHandlers[]): void {
  const byKind = Map.groupBy(effects, ({ kind }) => kind);
  const tell = <Kind extends EffectKind>(kind: Kind): void => {
    for (const handlers of registered) handlers[kind]?.(byKind.get(kind) as EffectOf<Kind>[]);
  };
  for (const kind of byKind.keys()) tell(kind);
}
