import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { EnrolmentAttempt, EnrolmentOutcome, FirstLook, Refusal } from '../../cloud-broker/enrolment/attempt.ts';
import { EnrolmentService, type EnrolmentDependencies } from '../../cloud-broker/enrolment/service.ts';
import type { BoardSession } from '../../cloud-broker/enrolment/service-sessions.ts';
import { defaultEnrolmentLimits, type EnrolmentLimits } from '../../cloud-broker/enrolment/service-limits.ts';
import type { Accepted, Challenge, EnrolmentDown, EnrolmentRequest, Pending, Rejected } from '../../protocol/messages.ts';
import { enrolmentBytes, keyFingerprint, signatureScheme } from '../../protocol/signing.ts';
import { START } from './store.ts';

export const DOMAIN = 'springfield';

/** A board's side of an enrolment session: keeps what the service sends and can wait for the next of it. */
export class TestSession implements BoardSession {
  readonly clientId: string;
  readonly address: string;
  readonly received: EnrolmentDown[] = [];
  /** What the service told the gateway about the session. */
  readonly said: string[] = [];
  /** What send does instead of keeping; to act as a socket that is gone. */
  onSend: ((message: EnrolmentDown) => Promise<void>) | null = null;
  private readonly waiting: (() => void)[] = [];
  private read = 0;

  constructor(name: string, address = '192.0.2.7') {
    this.clientId = `enroll-${Buffer.from(name).toString('hex').padEnd(32, '0').slice(0, 32)}`;
    this.address = address;
  }

  asked(): void {
    this.said.push('asked');
  }

  keep(ms: number): void {
    this.said.push(`keep ${ms}`);
  }

  end(): void {
    this.said.push('end');
  }

  async send(message: EnrolmentDown): Promise<void> {
    this.received.push(message);
    for (const wake of this.waiting.splice(0)) wake();
    await this.onSend?.(message);
  }

  /** The next message that was not read yet, however long it takes. */
  async next(): Promise<EnrolmentDown> {
    while (this.received.length <= this.read) {
      await new Promise<void>((wake) => {
        this.waiting.push(wake);
      });
    }
    const message = this.received[this.read];
    this.read += 1;
    if (message === undefined) throw new Error('nothing was sent');
    return message;
  }
}

/** Keys and serial of a board that proves itself. */
export class TestBoard {
  readonly serial: string;
  readonly device: { publicKey: KeyObject; privateKey: KeyObject };
  readonly factory = generateKeyPairSync('ed25519');

  constructor(serial: string, kind: 'ed25519' | 'P-256' = 'ed25519') {
    this.serial = serial;
    this.device = kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  }

  get fingerprint(): string {
    return keyFingerprint(this.device.publicKey);
  }

  get factoryPem(): string {
    return this.factory.publicKey.export({ format: 'pem', type: 'spki' }).toString();
  }

  request(requestId: string, more: Partial<EnrolmentRequest> = {}): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: 'request',
        protocol: 1,
        requestId,
        domain: DOMAIN,
        publicKey: this.device.publicKey.export({ format: 'pem', type: 'spki' }),
        board: { serial: this.serial, serialSource: 'dmi', model: 'X1', os: 'Linux', arch: 'x64', agentVersion: '0.1.0' },
        ...more,
      }),
    );
  }

  proof(
    challenge: { requestId: string; nonce: string },
    options: { withFactoryKey?: boolean; domain?: string; requestId?: string } = {},
  ): Buffer {
    const bytes = enrolmentBytes({
      domain: options.domain ?? DOMAIN,
      serial: this.serial,
      nonce: challenge.nonce,
      keyFingerprint: this.fingerprint,
    });
    const signature = (key: KeyObject): string => {
      const { algorithm, dsaEncoding } = signatureScheme(key);
      return sign(algorithm, bytes, { key, dsaEncoding }).toString('base64url');
    };
    return Buffer.from(
      JSON.stringify({
        type: 'proof',
        requestId: options.requestId ?? challenge.requestId,
        deviceSignature: signature(this.device.privateKey),
        ...(options.withFactoryKey === true ? { boardSignature: signature(this.factory.privateKey) } : {}),
      }),
    );
  }
}

/** A store that answers as it is told, and what it was asked. */
class TestStore {
  attempts: EnrolmentAttempt[] = [];
  refusals: Refusal[] = [];
  /** Why a domain is unknown; those not named are absent. */
  domains: Record<string, 'unconfirmed' | 'closed' | null> = { [DOMAIN]: null };
  seen: FirstLook = { budgetClass: 'rest', mayWait: false };
  /** What it says of an attempt that is looked at before it is asked. */
  busy: (attempt: EnrolmentAttempt) => boolean = () => false;
  answer: (attempt: EnrolmentAttempt) => EnrolmentOutcome | Promise<EnrolmentOutcome> = () => ({
    outcome: 'pending',
    code: 'awaiting-approval',
    deviceId: 'waiting-row',
    isNew: true,
  });

  async whyUnknown(name: string): Promise<'absent' | 'unconfirmed' | 'closed' | null> {
    const why = this.domains[name];
    return why === undefined ? 'absent' : why;
  }

  async look(): Promise<FirstLook> {
    return this.seen;
  }

  async isBusy(attempt: EnrolmentAttempt): Promise<boolean> {
    return this.busy(attempt);
  }

  async enrol(attempt: EnrolmentAttempt): Promise<EnrolmentOutcome> {
    this.attempts.push({ ...attempt });
    return this.answer(attempt);
  }

  async noteRefusal(refusal: Refusal): Promise<void> {
    this.refusals.push(refusal);
  }
}

export const ACCEPTED: Extract<EnrolmentOutcome, { outcome: 'accepted' }> = {
  outcome: 'accepted',
  deviceId: 'dev-00000001',
  certificate: 'certificate of dev-00000001',
  replay: false,
  credits: { granted: 100, reason: 'granted' },
  epochFrom: 4,
  organization: 'Springfield schools',
};

type Line = Parameters<EnrolmentDependencies['log']>[0];

export interface TestEnrolment {
  service: EnrolmentService;
  store: TestStore;
  time: { now: number };
  lines: Line[];
  open(name: string, address?: string): TestSession;
  id(n: number): string;
}

/** A service with an injected clock, random number and random bytes that count up. */
export function testEnrolment(limits: Partial<EnrolmentLimits> = {}, more: Partial<EnrolmentDependencies> = {}): TestEnrolment {
  const store = new TestStore();
  const time = { now: START };
  const lines: Line[] = [];
  let drawn = 0;
  const service = new EnrolmentService({
    store,
    pairingHash: (typed) => `hash of ${typed.length} symbols`,
    newDeviceId: () => 'dev-proposed',
    welcome: () => ({ ca: 'CA', brokerUrl: 'mqtts://localhost:8883', heartbeat: { intervalS: 60, jitterS: 10 } }),
    clock: () => time.now,
    randomBytes: (bytes) => {
      drawn += 1;
      return Buffer.alloc(bytes, drawn);
    },
    random: () => 0.5,
    limits: { ...defaultEnrolmentLimits, ...limits },
    log: (line) => lines.push(line),
    ...more,
  });
  return {
    service,
    store,
    time,
    lines,
    open(name, address) {
      const session = new TestSession(name, address);
      service.opened(session);
      return session;
    },
    id: (n) => `7b0ce3c4-53c0-4a5e-9f0c-${String(n).padStart(12, '0')}`,
  };
}

/** Asks and proves; the answer to the request where it is no challenge, else the answer to the proof. */
export async function ask(
  { service, id }: TestEnrolment,
  session: TestSession,
  board: TestBoard,
  about: { n?: number; request?: Partial<EnrolmentRequest>; proof?: Parameters<TestBoard['proof']>[1] } = {},
): Promise<EnrolmentDown> {
  await service.message(session, board.request(id(about.n ?? 1), about.request));
  const first = await session.next();
  if (first.type !== 'challenge') return first;
  await service.message(session, board.proof(first, about.proof));
  return session.next();
}

export function expectType<Type extends EnrolmentDown['type']>(
  message: EnrolmentDown,
  type: Type,
): Extract<Accepted | Challenge | Pending | Rejected, { type: Type }> {
  if (message.type !== type) throw new Error(`expected ${type}, got ${JSON.stringify(message)}`);
  return message as Extract<Accepted | Challenge | Pending | Rejected, { type: Type }>;
}
