import type { EnrolmentDown, EnrolmentProof } from '../../protocol/messages.ts';
import { NetworkTree } from '../net/network-tree.ts';
import type { EnrolmentLimits } from './service-limits.ts';
import type { Asked } from './rules/proof.ts';

/** The part of a gateway session that the enrolment service needs. */
export interface BoardSession {
  readonly clientId: string;
  readonly address: string;
  send(message: EnrolmentDown): Promise<void>;
  /** It has sent a request; until then it counts as silent. */
  asked(): void;
  /** Sets its remaining lifetime, in milliseconds. */
  keep(ms: number): void;
  /** Ends it once all sent messages are flushed. */
  end(): void;
}

export interface Challenged extends Asked {
  requestId: string;
  expiresAt: number;
}

/** A proved attempt waiting for an admin (E6). */
export interface Waiting {
  asked: Challenged;
  proof: EnrolmentProof;
}

export interface OpenSession {
  session: BoardSession;
  challenges: number;
  challenged: Challenged | null;
  /** Set while the session is held for a decision. */
  waits: Waiting | null;
}

/** Remaining lifetime of a session that is no longer held or has its decision. */
const ANSWERED_MS = 60_000;

/**
 * The open enrolment sessions (E10). Those waiting for an admin's decision (`waitS`) have a budget of their own, one per key. When a budget is full,
 * one session is closed to make room, so that nobody can lock others out.
 */
export class EnrolmentSessions {
  private readonly limits: Pick<EnrolmentLimits, 'openSessions' | 'held' | 'holdS'>;
  private readonly all = new Map<string, OpenSession>();
  /** All except the held sessions. */
  private readonly counted = new NetworkTree<OpenSession>();
  /** By key fingerprint, longest-held first. */
  private readonly held = new Map<string, OpenSession>();

  constructor(limits: Pick<EnrolmentLimits, 'openSessions' | 'held' | 'holdS'>) {
    this.limits = limits;
  }

  get open(): number {
    return this.counted.size;
  }

  get waiting(): number {
    return this.held.size;
  }

  /** E10: beyond the limit, the quietest session of the network with the most sessions is closed. */
  opened(session: BoardSession): void {
    const open: OpenSession = { session, challenges: 0, challenged: null, waits: null };
    this.forget(this.all.get(session.clientId));
    this.all.set(session.clientId, open);
    this.count(open);
  }

  closed(session: BoardSession): void {
    const open = this.all.get(session.clientId);
    if (open?.session === session) this.forget(open);
  }

  /** The session that just sent something; undefined if it is no longer open. */
  heard(session: BoardSession): OpenSession | undefined {
    const open = this.all.get(session.clientId);
    if (open !== undefined) this.counted.heard(open);
    return open;
  }

  /** Keeps it open for `holdS`, so that a decision can be answered. A newer session with the same key replaces it. */
  hold(open: OpenSession, waits: Waiting): void {
    if (this.all.get(open.session.clientId) !== open) return;
    this.unhold(open);
    this.end(this.held.get(waits.asked.fingerprint));
    const [longest] = this.held.values();
    if (this.held.size >= this.limits.held) this.end(longest);
    this.counted.remove(open);
    this.held.set(waits.asked.fingerprint, open);
    open.waits = waits;
    open.session.keep(this.limits.holdS * 1000);
  }

  /** Ends the hold: it counts like any other session. */
  release(open: OpenSession): void {
    if (!this.unhold(open)) return;
    open.session.keep(ANSWERED_MS);
    this.count(open);
  }

  /** The session held for this key, which it releases. */
  take(fingerprint: string): { open: OpenSession; waits: Waiting } | null {
    const open = this.held.get(fingerprint);
    const waits = open?.waits ?? null;
    if (open === undefined || waits === null) return null;
    this.release(open);
    return { open, waits };
  }

  private count(open: OpenSession): void {
    this.counted.add(open, open.session.address);
    if (this.counted.size > this.limits.openSessions) this.end(this.counted.quietestOfFullest());
  }

  private end(open: OpenSession | undefined): void {
    this.forget(open);
    open?.session.end();
  }

  private forget(open: OpenSession | undefined): void {
    if (open === undefined) return;
    this.all.delete(open.session.clientId);
    this.counted.remove(open);
    this.unhold(open);
  }

  private unhold(open: OpenSession): boolean {
    const { waits } = open;
    open.waits = null;
    return waits !== null && this.held.delete(waits.asked.fingerprint);
  }
}
