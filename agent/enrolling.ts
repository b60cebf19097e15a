import { randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import type { Board } from '../firmware-shim/board.ts';
import {
  decode,
  encode,
  enrolmentDown,
  type Accepted,
  type BoardClaim,
  type EnrolmentDown,
  type Pending,
} from '../protocol/messages.ts';
import { enrolmentBytes, spkiDer } from '../protocol/signing.ts';
import { enrolmentTopic } from '../protocol/topics.ts';
import { beginEnrolment, step, type EnrolmentEffect, type EnrolmentEvent, type Outcome, type Plan } from './enrollment.ts';
import { openLink, type Link } from './link.ts';
import type { Log } from './log.ts';
import type { StateStore } from './state-store.ts';
import type { ProxySettings } from './proxy.ts';
import { linkFailure, parseBrokerUrl } from './secure-socket.ts';
import { withAccepted, withRenewed, type AgentState } from './state.ts';
import { AGENT_VERSION } from './version.ts';

export interface Enrolling {
  store: StateStore;
  board: Board;
  log: Log;
  /** Where to connect, and the only CA trusted there. */
  service: { brokerUrl: string; ca: string };
  proxy: ProxySettings | null;
  signal: AbortSignal;
  /** Called when the session stays open for an admin's decision. */
  onWait?: (pending: Pending) => void;
  /** No person is waiting: an accepted enrolment counts even if it cannot be written; after a restart the same key asks again (E3). */
  unattended?: boolean;
}

export interface Wanted {
  domain: string;
  pairingCode?: string;
  renew?: string;
  budgetMs: number;
  waits?: boolean;
}

/** The most events the queue holds; more can only be a flood from the service, and is dropped. */
const MAX_QUEUED = 64;

/** Why an `accepted` cannot be used, or null. It must be for this key, name its device, and come from the CA it includes. */
function whyUnusable(accepted: Accepted, publicKeyDer: Buffer): string | null {
  try {
    const certificate = new X509Certificate(accepted.certificate);
    if (!spkiDer(certificate.publicKey).equals(publicKeyDer)) return 'the certificate is for another key';
    if (!certificate.subject.split('\n').includes(`CN=${accepted.deviceId}`)) return 'the certificate names another device';
    const authorities = accepted.ca.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (!authorities.some((pem) => certificate.verify(new X509Certificate(pem).publicKey)))
      return 'the CA did not sign the certificate';
    return parseBrokerUrl(accepted.brokerUrl) === null ? 'the broker address is not mqtts://' : null;
  } catch {
    return 'the certificate cannot be read';
  }
}

function claimOf(store: StateStore): BoardClaim {
  const { trust: _trust, fingerprint: _fingerprint, ...board } = store.identity;
  return { ...board, agentVersion: AGENT_VERSION };
}

/** One enrolment session at a time; messages from an earlier one are ignored. */
class Session {
  readonly #with: Enrolling;
  readonly #tell: (event: EnrolmentEvent) => void;
  #current: object = {};
  #link: Link | null = null;
  #topic = '';

  constructor(enrolling: Enrolling, tell: (event: EnrolmentEvent) => void) {
    this.#with = enrolling;
    this.#tell = tell;
  }

  open(): void {
    const mine = {};
    this.#current = mine;
    const tell = (event: EnrolmentEvent) => {
      if (this.#current === mine) this.#tell(event);
    };
    this.#connect(mine, tell).catch((error: unknown) => {
      const { code, message } = linkFailure(error);
      tell({ kind: 'lost', detail: message, code });
    });
  }

  async #connect(mine: object, tell: (event: EnrolmentEvent) => void): Promise<void> {
    const clientId = `enroll-${randomBytes(16).toString('hex')}`;
    const link = await openLink({ ...this.#with.service, clientId, proxy: this.#with.proxy });
    if (this.#current !== mine) return link.drop();
    this.#link = link;
    this.#topic = enrolmentTopic(clientId, 'up');
    void link.closed.then(() => tell({ kind: 'lost', detail: 'the session was closed', code: 'connection-cut' }));
    link.onMessage((payload) => {
      const decoded = decode<EnrolmentDown>(enrolmentDown, payload);
      if (decoded.ok) tell({ kind: 'message', message: decoded.message });
      else this.#with.log.note('unreadable-message', { detail: decoded.detail }, 'warn');
    });
    await link.subscribe(enrolmentTopic(clientId, 'down'));
    tell({ kind: 'opened' });
  }

  send(payload: Buffer): void {
    // If there is no acknowledgement, there is no answer either, and the phase's timeout triggers a retry.
    this.#link?.publish(this.#topic, payload).catch(() => undefined);
  }

  close(): void {
    this.#current = {};
    const link = this.#link;
    this.#link = null;
    void link?.end();
  }
}

async function sign(enrolling: Enrolling, plan: Plan, asked: { requestId: string; nonce: string }): Promise<EnrolmentEvent> {
  const { key } = enrolling.store;
  const bytes = enrolmentBytes({
    domain: plan.domain,
    serial: plan.board.serial,
    nonce: asked.nonce,
    keyFingerprint: key.fingerprint,
  });
  const boardSignature = await enrolling.board.sign(bytes).catch(() => null);
  return {
    kind: 'signed',
    requestId: asked.requestId,
    deviceSignature: key.sign(bytes),
    ...(boardSignature === null ? {} : { boardSignature: boardSignature.toString('base64url') }),
  };
}

async function save(enrolling: Enrolling, accepted: Accepted, isRenewal: boolean): Promise<EnrolmentEvent> {
  const why = whyUnusable(accepted, spkiDer(enrolling.store.key.publicKey));
  if (why !== null) return { kind: 'save-failed', detail: why };
  try {
    const kept = isRenewal ? withRenewed : withAccepted;
    const change = (state: AgentState) => kept(state, accepted, new Date().toISOString());
    await (enrolling.unattended === true ? enrolling.store.remember(change) : enrolling.store.update(change));
    return { kind: 'saved' };
  } catch (error) {
    return { kind: 'save-failed', detail: error instanceof Error ? error.message : 'could not be written' };
  }
}

/** Runs the effects of step() until it is done: one event at a time, one timer, one session. Never throws. */
export function runEnrolment(enrolling: Enrolling, wanted: Wanted): Promise<Outcome> {
  const plan: Plan = { ...wanted, publicKeyPem: enrolling.store.key.publicKeyPem, board: claimOf(enrolling.store) };
  return new Promise((resolve) => {
    const queue: EnrolmentEvent[] = [];
    let state = beginEnrolment(plan);
    let timer: NodeJS.Timeout | undefined;
    let running = false;
    const tell = (event: EnrolmentEvent) => {
      if (queue.length < MAX_QUEUED || event.kind === 'cancel') queue.push(event);
      if (!running) drain();
    };
    const session = new Session(enrolling, tell);
    const cancel = () => tell({ kind: 'cancel' });
    const act = (effect: EnrolmentEffect) => {
      if (effect.do === 'open') session.open();
      else if (effect.do === 'send') session.send(encode(effect.message));
      else if (effect.do === 'sign') void sign(enrolling, plan, effect).then(tell);
      else if (effect.do === 'save') void save(enrolling, effect.accepted, wanted.renew !== undefined).then(tell);
      else if (effect.do === 'wait') enrolling.onWait?.(effect.pending);
      else if (effect.do === 'close') session.close();
      else if (effect.do === 'note') enrolling.log.note(effect.event, effect.fields);
      else {
        clearTimeout(timer);
        timer = setTimeout(() => tell({ kind: 'tick' }), Math.max(0, Math.ceil(effect.atMs - performance.now())));
      }
    };
    const drain = () => {
      running = true;
      for (let event = queue.shift(); event !== undefined && state.outcome === null; event = queue.shift()) {
        const next = step(state, event, { nowMs: performance.now(), random: Math.random(), freshId: randomUUID() });
        state = next.state;
        next.effects.forEach(act);
      }
      running = false;
      if (state.outcome === null) return;
      clearTimeout(timer);
      enrolling.signal.removeEventListener('abort', cancel);
      resolve(state.outcome);
    };
    enrolling.signal.addEventListener('abort', cancel);
    tell(enrolling.signal.aborted ? { kind: 'cancel' } : { kind: 'start' });
  });
}
