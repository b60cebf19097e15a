/**
 * The enrolment service: reads the messages of enrolment sessions, asks for the proof, has the decision made and stored in one transaction, and
 * answers after the commit (E2). The store groups waiting attempts into one commit.
 */
import { decode, enrolmentUp, type EnrolmentProof, type EnrolmentRequest } from '../../protocol/messages.ts';
import { RollcallError, type RejectedCode } from '../../protocol/errors.ts';
import { NONCE_BYTES, pemOf } from '../../protocol/signing.ts';
import { errorText } from '../../protocol/error-text.ts';
import { assert } from '../../protocol/assert.ts';
import { correlationIdFrom } from '../../protocol/text.ts';
import { isDeviceId } from '../../protocol/topics.ts';
import { TokenBuckets } from '../net/token-bucket.ts';
import { AddressBudgets } from './address-budgets.ts';
import type { EnrolmentAttempt, EnrolmentOutcome, EnrolmentStore } from './attempt.ts';
import { rejection, waitingAnswer } from './answers.ts';
import { costsAddressOnly, NO_FAILURE, type EnrolmentLimits } from './service-limits.ts';
import { EnrolmentSessions, type Challenged, type BoardSession, type OpenSession } from './service-sessions.ts';
import { EarlyRefusals, type PartOf, type TryAbout } from './early-refusals.ts';
import { PriorityQueue } from './priority-queue.ts';
import { RetryScheduler } from './retry-scheduler.ts';
import { ThroughputMeter } from './throughput-meter.ts';
import { deviceSignatureOf, readKey } from './rules/proof.ts';

const NONCE_LIFE_S = 60;
const CHALLENGES_A_SESSION = 3;

export interface EnrolmentDependencies {
  store: EnrolmentStore;
  /** Keyed hash of a typed pairing code (D7); the code itself is passed no further. */
  pairingHash(typed: string): string;
  newDeviceId(): string;
  /** What every accepted board receives besides its own answer. */
  welcome(): { ca: string; brokerUrl: string; heartbeat: { intervalS: number; jitterS: number } };
  clock(): number;
  randomBytes(bytes: number): Buffer;
  random(): number;
  limits: EnrolmentLimits;
  /** One line per decision: outcome, code, correlation id, domain, serial number, address (E11). Never a code that a person typed. */
  log(entry: { outcome: string; code?: string; correlationId: string; [detail: string]: unknown }): void;
}

/** An attempt as the log names it. */
function aboutOf({ requestId, domain, board }: EnrolmentRequest): TryAbout {
  return { requestId, domain, serial: board.serial, model: board.model };
}

export class EnrolmentService {
  private readonly deps: EnrolmentDependencies;
  private readonly sessions: EnrolmentSessions;
  /** Attempts in progress: a decision may arrive before the board is told to wait. */
  private readonly underWay = new Set<{ fingerprint: string; decided: boolean }>();
  private readonly queue: PriorityQueue;
  private readonly addresses: AddressBudgets;
  private readonly domains: Record<'known-key' | 'listed' | 'rest', TokenBuckets>;
  private readonly meter = new ThroughputMeter();
  private readonly retries = new RetryScheduler();
  private readonly early: EarlyRefusals;

  constructor(deps: EnrolmentDependencies) {
    this.deps = deps;
    const { limits } = deps;
    this.sessions = new EnrolmentSessions(limits);
    this.queue = new PriorityQueue(limits.atOnce, limits.waiting);
    this.early = new EarlyRefusals(deps.store);
    this.addresses = new AddressBudgets(limits.addressFailures);
    this.domains = {
      'known-key': new TokenBuckets(limits.domain.knownKey, 10_000),
      listed: new TokenBuckets(limits.domain.listed, 10_000),
      rest: new TokenBuckets(limits.domain.rest, 10_000),
    };
  }

  /** E10: the first budget is that of all open enrolment sessions. */
  opened(session: BoardSession): void {
    this.sessions.opened(session);
  }

  closed(session: BoardSession): void {
    this.sessions.closed(session);
  }

  /** Handles one message from a board. Never rejects: every failure is answered with a code (E11). */
  async message(session: BoardSession, payload: Uint8Array): Promise<void> {
    const open = this.sessions.heard(session);
    if (open === undefined) return;
    try {
      await this.read(open, payload);
    } catch (error) {
      await this.fail(open, error, {});
    }
  }

  private async read(open: OpenSession, payload: Uint8Array): Promise<void> {
    const decoded = decode(enrolmentUp, payload);
    if (!decoded.ok) return this.refuse(open, decoded.code, { requestId: decoded.requestId, detail: decoded.detail });
    const { message } = decoded;
    if (message.type === 'request') return this.challenge(open, message);
    const { challenged } = open;
    // Used up by the first proof, right or wrong (E13).
    open.challenged = null;
    if (challenged === null || challenged.requestId !== message.requestId || this.deps.clock() >= challenged.expiresAt) {
      return this.refuse(open, 'proof-invalid', {
        requestId: message.requestId,
        detail: 'no such challenge, or it is spent or over',
      });
    }
    await this.attend(open, challenged, message);
  }

  /** An admin decided about this key: a session still waiting with it is answered now. */
  decided(keyFingerprint: string): void {
    for (const attempt of this.underWay) if (attempt.fingerprint === keyFingerprint) attempt.decided = true;
    const waiting = this.sessions.take(keyFingerprint);
    if (waiting !== null) void this.attend(waiting.open, waiting.waits.asked, waiting.waits.proof);
  }

  figures(): { openSessions: number; heldSessions: number; waiting: number; perSecond: number } {
    const { open: openSessions, waiting: heldSessions } = this.sessions;
    return { openSessions, heldSessions, waiting: this.queue.waiting, perSecond: this.meter.perSecond(this.deps.clock()) };
  }

  private async challenge(open: OpenSession, request: EnrolmentRequest): Promise<void> {
    open.session.asked();
    this.sessions.release(open);
    const about = aboutOf(request);
    const key = readKey(request);
    if (key === null)
      return this.refuse(open, 'invalid-message', { ...about, detail: 'publicKey: neither P-256 (uncompressed) nor Ed25519' });
    open.challenges += 1;
    if (open.challenges > CHALLENGES_A_SESSION || this.queue.isFull(this.rankOf(open))) return this.refuse(open, 'busy', about);
    const now = this.deps.clock();
    const unknown = await this.deps.store.whyUnknown(request.domain, now);
    if (unknown !== null) return this.refuse(open, 'domain-unknown', { ...about, detail: unknown });
    const nonce = this.deps.randomBytes(NONCE_BYTES).toString('base64url');
    open.challenged = { request, ...key, nonce, requestId: request.requestId, expiresAt: now + NONCE_LIFE_S * 1000 };
    await this.send(open, { type: 'challenge', requestId: request.requestId, nonce, expiresInS: NONCE_LIFE_S });
  }

  private async attend(open: OpenSession, asked: Challenged, proof: EnrolmentProof): Promise<void> {
    const about = aboutOf(asked.request);
    if (!(await this.queue.enter(this.rankOf(open)))) return this.refuse(open, 'busy', about);
    const attempt = { fingerprint: asked.fingerprint, decided: false };
    this.underWay.add(attempt);
    try {
      const deviceSignature = deviceSignatureOf(asked, proof);
      if (deviceSignature === 'invalid') return await this.refuse(open, 'proof-invalid', about);
      const correlationId = correlationIdFrom(this.deps.randomBytes(10));
      const outcome = await this.decideAndStore(open.session, asked, proof, correlationId);
      if (outcome === null) return await this.refuse(open, 'busy', about);
      // Boards sent away were not served: counting them would raise the rate with the number waiting outside.
      if (outcome.outcome !== 'rejected' || outcome.code !== 'busy') this.meter.note(this.deps.clock());
      await this.answer(open, { asked, proof }, outcome, correlationId);
    } catch (error) {
      await this.fail(open, error, about);
    } finally {
      this.underWay.delete(attempt);
      this.queue.leave();
    }
    if (attempt.decided) this.decided(asked.fingerprint);
  }

  /** Null: `busy`, and the writer was not asked (E10). A device that is enrolled already is let in even over budget (E3). */
  private async decideAndStore(
    session: BoardSession,
    asked: Challenged,
    proof: EnrolmentProof,
    correlationId: string,
  ): Promise<EnrolmentOutcome | null> {
    const { store, clock } = this.deps;
    const { request } = asked;
    const attempt: EnrolmentAttempt = {
      now: clock(),
      domain: request.domain,
      board: request.board,
      key: { fingerprint: asked.fingerprint, pem: pemOf('PUBLIC KEY', asked.der) },
      renew: request.renew ?? null,
      deviceSignature: 'valid',
      boardSignature: proof.boardSignature ?? null,
      nonce: asked.nonce,
      pairingHash: request.pairingCode === undefined ? null : this.deps.pairingHash(request.pairingCode),
      overBudget: false,
      address: session.address,
      correlationId,
      proposedId: this.deps.newDeviceId(),
    };
    const { budgetClass, mayWait } = await store.look(attempt);
    const budget = this.domains[budgetClass];
    attempt.overBudget = !budget.spend(request.domain, attempt.now);
    if ((attempt.overBudget || mayWait) && (await store.isBusy(attempt))) return null;
    const outcome = await store.enrol(attempt);
    if (!attempt.overBudget && costsAddressOnly(outcome)) budget.giveBack(request.domain);
    return outcome;
  }

  private async answer(
    open: OpenSession,
    about: { asked: Challenged; proof: EnrolmentProof },
    outcome: EnrolmentOutcome,
    correlationId: string,
  ): Promise<void> {
    const { asked } = about;
    const { requestId, request } = asked;
    const said = { ...aboutOf(request), correlationId };
    if (outcome.outcome === 'rejected') return this.refuse(open, outcome.code, said);
    if (outcome.outcome === 'pending') {
      if (outcome.isNew) this.addresses.waits(open.session.address, this.deps.clock());
      this.sessions.hold(open, about);
      this.deps.log({ outcome: 'pending', code: outcome.code, ...said, deviceId: outcome.deviceId });
      const { holdS: waitS } = this.deps.limits;
      return this.send(open, waitingAnswer(outcome.code, { requestId, correlationId, fingerprint: asked.fingerprint, waitS }));
    }
    assert(isDeviceId(outcome.deviceId) && outcome.certificate !== '', 'who is accepted has a device id and a certificate');
    this.deps.log({
      outcome: 'accepted',
      ...said,
      deviceId: outcome.deviceId,
      replay: outcome.replay,
      granted: outcome.credits.granted,
    });
    await this.send(open, {
      type: 'accepted',
      requestId,
      deviceId: outcome.deviceId,
      certificate: outcome.certificate,
      ...this.deps.welcome(),
      replay: outcome.replay,
      epochFrom: outcome.epochFrom,
      now: new Date(this.deps.clock()).toISOString(),
      domain: { name: request.domain, organization: outcome.organization },
      credits: outcome.credits,
    });
  }

  private async refuse(
    open: OpenSession,
    code: RejectedCode,
    about: PartOf<TryAbout> & { correlationId?: string; detail?: string },
  ): Promise<void> {
    const correlationId = about.correlationId ?? correlationIdFrom(this.deps.randomBytes(10));
    const { address } = open.session;
    // With an id, it comes from the store, which logs its own decisions.
    if (about.correlationId === undefined) this.early.note({ ...about, code, address, correlationId, now: this.deps.clock() });
    // E10: only failures are charged to an address.
    if (!NO_FAILURE.has(code)) this.addresses.failed(address, this.deps.clock());
    this.deps.log({ outcome: 'rejected', code, ...about, correlationId, address });
    const busyRetryS = (): number => this.comeBackIn(this.deps.clock());
    await this.send(open, rejection(code, { requestId: about.requestId, correlationId, busyRetryS }));
  }

  private comeBackIn(now: number): number {
    return this.retries.comeBackIn(now, this.queue.waiting + this.sessions.open, this.meter.perSecond(now), this.deps.random());
  }

  /** For unexpected errors: the board learns that the service failed, the log why. */
  private async fail(open: OpenSession, error: unknown, about: PartOf<TryAbout>): Promise<void> {
    // What resolves itself without anyone at the board is `busy`.
    const passes = error instanceof RollcallError && (error.code === 'busy' || error.code === 'clock-doubtful');
    const code = passes ? 'busy' : 'internal';
    await this.refuse(open, code, { ...about, detail: errorText(error) });
  }

  /** If the session is gone, the message is lost: the board asks again and gets the same answer (E3). */
  private async send(open: OpenSession, message: Parameters<BoardSession['send']>[0]): Promise<void> {
    await open.session.send(message).catch(() => undefined);
  }

  /** E10: an address that has used up its failures waits behind the others. */
  private rankOf(open: OpenSession): 'front' | 'back' {
    return this.addresses.isSpent(open.session.address, this.deps.clock()) ? 'back' : 'front';
  }
}
