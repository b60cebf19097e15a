/**
 * A light board for tests: many in one process, each speaking exactly the protocol over real TLS. It persists nothing but
 * its key, in memory, and asks again by itself until it is accepted (E3).
 */
import { generateKeyPairSync, randomBytes, randomUUID, sign, type KeyObject } from 'node:crypto';
import type { Board, Identity } from '../../firmware-shim/board.ts';
import { createSimulatedBoard } from '../../firmware-shim/simulated.ts';
import {
  decode,
  deviceDown,
  encode,
  enrolmentDown,
  type Accepted,
  type DeviceDown,
  type EnrolmentDown,
  type EnrolmentProof,
  type EnrolmentRequest,
  type Heartbeat,
} from '../../protocol/messages.ts';
import { enrolmentBytes, keyFingerprint, signatureScheme } from '../../protocol/signing.ts';
import { deviceTopic, enrolmentTopic } from '../../protocol/topics.ts';
import { MqttSession, type Where } from './mqtt-session.ts';

/** An enrolment session: subscribed to its `down`, ready for `request`. */
export class EnrolmentLink {
  readonly session: MqttSession;
  private read = 0;

  private constructor(session: MqttSession) {
    this.session = session;
  }

  static async open(where: Where, localAddress?: string): Promise<EnrolmentLink> {
    const clientId = `enroll-${randomBytes(16).toString('hex')}`;
    const session = await MqttSession.open(where, { clientId, ...(localAddress === undefined ? {} : { localAddress }) });
    await session.subscribe(enrolmentTopic(clientId, 'down'));
    return new EnrolmentLink(session);
  }

  send(message: EnrolmentRequest | EnrolmentProof | Buffer): void {
    const payload = Buffer.isBuffer(message) ? message : encode(message);
    // Where it is lost, so is the answer, and whoever waits for that hears it.
    this.session.publish(enrolmentTopic(this.session.clientId, 'up'), payload).catch(() => undefined);
  }

  /** The next answer that was not read yet. */
  async next(): Promise<EnrolmentDown> {
    const payload = await this.session.message(this.read);
    this.read += 1;
    const decoded = decode<EnrolmentDown>(enrolmentDown, payload);
    if (!decoded.ok) throw new Error(`unreadable answer: ${decoded.detail}`);
    return decoded.message;
  }
}

/** How long a board goes on asking: longer than any test of it lasts. */
const PATIENCE_MS = 240_000;

export interface BoardOptions {
  /** Seed of a simulated board, without `simulated:`. */
  board: string;
  domain: string;
  localAddress?: string;
}

export class BoardClient {
  readonly board: Board;
  readonly domain: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  private readonly localAddress: string | undefined;

  constructor(options: BoardOptions) {
    this.board = createSimulatedBoard(options.board, () => undefined);
    this.domain = options.domain;
    this.localAddress = options.localAddress;
    ({ privateKey: this.privateKey, publicKey: this.publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  }

  get publicKeyPem(): string {
    return this.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }

  async identity(): Promise<Identity> {
    return this.board.identify();
  }

  open(where: Where): Promise<EnrolmentLink> {
    return EnrolmentLink.open(where, this.localAddress);
  }

  async request(more: Partial<EnrolmentRequest> = {}): Promise<EnrolmentRequest> {
    const { trust: _trust, fingerprint: _fingerprint, ...claim } = await this.board.identify();
    const board = { ...claim, agentVersion: 'test-1' };
    return {
      type: 'request',
      protocol: 1,
      requestId: randomUUID(),
      domain: this.domain,
      publicKey: this.publicKeyPem,
      board,
      ...more,
    };
  }

  /** The proof of a challenge; `signed` says what is signed instead of the truth. */
  async proof(
    request: EnrolmentRequest,
    nonce: string,
    signed: Partial<Parameters<typeof enrolmentBytes>[0]> = {},
  ): Promise<EnrolmentProof> {
    const { domain, board, requestId } = request;
    const bytes = enrolmentBytes({
      domain,
      serial: board.serial,
      nonce,
      keyFingerprint: keyFingerprint(this.publicKey),
      ...signed,
    });
    const { algorithm, dsaEncoding } = signatureScheme(this.privateKey);
    const boardSignature = (await this.board.sign(bytes))?.toString('base64url');
    return {
      type: 'proof',
      requestId,
      deviceSignature: sign(algorithm, bytes, { key: this.privateKey, dsaEncoding }).toString('base64url'),
      ...(boardSignature === undefined ? {} : { boardSignature }),
    };
  }

  /** One try in a session of its own: request, challenge, proof, answer. Throws where the session is lost. */
  async ask(where: Where, more: Partial<EnrolmentRequest> = {}, onProof: () => void = () => undefined): Promise<EnrolmentDown> {
    const link = await this.open(where);
    try {
      const request = await this.request(more);
      link.send(request);
      const challenge = await link.next();
      if (challenge.type !== 'challenge') return challenge;
      const proof = await this.proof(request, challenge.nonce);
      onProof();
      link.send(proof);
      return await link.next();
    } finally {
      link.session.drop();
    }
  }

  /** Asks until it is accepted, with back-off. Throws on any other refusal than `busy` and `internal`, and when patience ends. */
  async enrol(where: Where, random: () => number = Math.random): Promise<Accepted> {
    const endsMs = performance.now() + PATIENCE_MS;
    for (let attempt = 0; performance.now() < endsMs; attempt += 1) {
      const answer = await this.ask(where).catch(() => null);
      if (answer?.type === 'accepted') return answer;
      if (answer !== null && !(answer.type === 'rejected' && ['busy', 'internal'].includes(answer.code)))
        throw new Error(`${this.domain}: ${JSON.stringify(answer)}`);
      const restMs = 20 + random() * Math.min(500, 50 * 2 ** attempt);
      await new Promise((resolve) => {
        setTimeout(resolve, restMs);
      });
    }
    throw new Error('not accepted in time');
  }

  /** A device session with the certificate of an enrolment: SUBACK, then birth. */
  async connect(where: Where, accepted: Accepted, epoch = accepted.epochFrom): Promise<DeviceLink> {
    const { deviceId, certificate: cert } = accepted;
    const session = await MqttSession.open(where, {
      clientId: deviceId,
      certificate: { cert, key: this.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
      will: { topic: deviceTopic(deviceId, 'will'), payload: encode({ type: 'will', epoch }) },
      ...(this.localAddress === undefined ? {} : { localAddress: this.localAddress }),
    });
    const link = new DeviceLink(session, deviceId, epoch);
    await link.begin();
    return link;
  }
}

export class DeviceLink {
  readonly session: MqttSession;
  readonly deviceId: string;
  readonly epoch: number;
  private seq = 0;

  constructor(session: MqttSession, deviceId: string, epoch: number) {
    this.session = session;
    this.deviceId = deviceId;
    this.epoch = epoch;
  }

  /** Resolves when the service has sent the settings that answer the birth. */
  async begin(): Promise<DeviceDown> {
    const { session, deviceId, epoch } = this;
    const at = new Date().toISOString();
    await session.subscribe(deviceTopic(deviceId, 'down'));
    const birth = encode({ type: 'birth', epoch, at, agentVersion: 'test-1', intervalS: 60, inventory: {} });
    await session.publish(deviceTopic(deviceId, 'birth'), birth);
    const decoded = decode<DeviceDown>(deviceDown, await session.message(0));
    if (!decoded.ok) throw new Error(decoded.detail);
    return decoded.message;
  }

  /** With QoS 1: resolves when the service has acknowledged it (P5). */
  async heartbeat(health: Heartbeat['health'] = {}): Promise<void> {
    const { epoch, deviceId } = this;
    const seq = this.seq++;
    const beat = encode({ type: 'heartbeat', epoch, seq, at: new Date().toISOString(), uptimeS: seq, intervalS: 60, health });
    await this.session.publish(deviceTopic(deviceId, 'heartbeat'), beat);
  }
}
