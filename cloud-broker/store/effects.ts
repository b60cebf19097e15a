/** Effects of a commit outside the store: notifying, ending, sending or showing something. Dispatched after the commit, never before it. */

/** `hadTags`: a device's tags before it was removed or its tags changed. Only a viewer that saw it then is told that it is gone (A4). */
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

/** A stored event: `id` counts within its domain; the stream's filter turns `data` into the message (see http/events). */
export type StoredEvent = { id: number } & NewEvent;

/** Reasons to hold unproven grants that an honest buyer might miss (E14). */
export type WarningReason = 'invoice-split' | 'service-limit';

type EffectWith<Event> =
  /** For event streams, webhooks and searches. */
  | ({ kind: 'event' } & Event)
  /** A device whose certificates were revoked: its live session must be closed (E9). */
  | { kind: 'revoked'; deviceId: string }
  /** A key that an admin has decided about: its board waits for the answer (E6). */
  | { kind: 'decided'; domainId: number; keyFingerprint: string }
  /** An e-mail added to the outbox. */
  | { kind: 'mail'; id: number }
  /** A device with a new waiting command (P8). */
  | { kind: 'commanded'; deviceId: string }
  /** Something for the operator to check; it is also in the operator's audit log. */
  | { kind: 'warned'; reason: WarningReason; details: Record<string, unknown> };

export type Effect = EffectWith<StoredEvent>;

/** An effect before its commit: events have no number yet. */
export type NewEffect = EffectWith<NewEvent>;

export type EffectKind = Effect['kind'];

export type EffectOf<Kind extends EffectKind> = Extract<Effect, { kind: Kind }>;

/** Handlers of effects, by kind. Each handler receives all effects of its kind from one commit, in order. */
export type EffectHandlers = { [Kind in EffectKind]?: (effects: EffectOf<Kind>[]) => void };

/** Passes the effects of one commit to the handlers registered for their kinds. */
export function dispatchEffects(effects: readonly Effect[], registered: readonly EffectHandlers[]): void {
  const byKind = Map.groupBy(effects, ({ kind }) => kind);
  const tell = <Kind extends EffectKind>(kind: Kind): void => {
    for (const handlers of registered) handlers[kind]?.(byKind.get(kind) as EffectOf<Kind>[]);
  };
  for (const kind of byKind.keys()) tell(kind);
}
