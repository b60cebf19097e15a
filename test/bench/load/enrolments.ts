/**
 * The load of boards that enrol, as a process of its own (`new Child('…/enrolments.ts')`). Calls: `prepare` makes boards and
 * their keys; `enrol` brings the next of them in: enrolment session, certificate, first device session with its birth;
 * `handshakes` is what the other side is measured with.
 */
import { generateKeyPairSync, randomBytes, randomUUID, sign, type KeyObject } from 'node:crypto';
import { connect, createSecureContext, type SecureContext } from 'node:tls';
import { deviceTopic, enrolmentTopic } from '../../../protocol/topics.ts';
import { encode, type EnrolmentDown } from '../../../protocol/messages.ts';
import { enrolmentBytes, keyFingerprint } from '../../../protocol/signing.ts';
import { serveCalls } from '../child.ts';
import { quantile } from '../measure.ts';
import { connectPacket, PacketSession } from './packets.ts';

export interface PrepareInput {
  domain: string;
  caPem: string;
  /** The boards' factory key: one for all, as the register says. */
  factoryKeyPem: string;
  serials: string[];
}

export interface EnrolInput {
  port: number;
  count: number;
  /** So many at a time, the next when one is in; or so many a second, whatever is still under way. */
  arrive: { atOnce: number } | { perSecond: number };
}

export interface Enrolled {
  enrolled: number;
  /** Asked again because the service was busy, or because the connection was lost. */
  retries: number;
  seconds: number;
  cpuSeconds: number;
  /** Milliseconds from the first try of a board until its birth was acknowledged. */
  ms: { p50: number; p99: number };
}

export interface HandshakesInput {
  port: number;
  count: number;
  atOnce: number;
  caPem: string;
  certificatePem: string;
  keyPem: string;
}

interface BoardKeys {
  serial: string;
  privateKey: KeyObject;
  privateKeyPem: string;
  publicKeyPem: string;
  fingerprint: string;
}

interface Prepared {
  domain: string;
  caPem: string;
  context: SecureContext;
  factoryKey: string;
  boards: BoardKeys[];
}

type Accepted = Extract<EnrolmentDown, { type: 'accepted' }>;

const MAX_TRIES = 30;
const LOST_MS = 500;
let prepared: Prepared | null = null;

const rest = async (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function prepare({ domain, caPem, factoryKeyPem, serials }: PrepareInput): number {
  const boards = serials.map((serial): BoardKeys => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return {
      serial,
      privateKey,
      privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      fingerprint: keyFingerprint(publicKey),
    };
  });
  prepared = { domain, caPem, context: createSecureContext({ ca: caPem }), factoryKey: factoryKeyPem, boards };
  return boards.length;
}

const place = (port: number): { host: string; port: number; servername: string } => ({
  host: '127.0.0.1',
  port,
  servername: 'localhost',
});

/** One try in a session of its own: request, challenge, proof, answer. */
async function ask({ domain, context, factoryKey }: Prepared, board: BoardKeys, port: number): Promise<EnrolmentDown> {
  const clientId = `enroll-${randomBytes(16).toString('hex')}`;
  const session = await PacketSession.open({ ...place(port), secureContext: context }, connectPacket(clientId));
  try {
    await session.subscribe(enrolmentTopic(clientId, 'down'));
    const up = enrolmentTopic(clientId, 'up');
    // What the service sends is checked in tests; here it would only be paid for.
    const answer = async (): Promise<EnrolmentDown> => JSON.parse((await session.message()).toString()) as EnrolmentDown;
    const requestId = randomUUID();
    const { serial, publicKeyPem, fingerprint } = board;
    const claim = { serial, serialSource: 'dmi', model: 'M', os: 'Linux', arch: 'x64', agentVersion: '1' } as const;
    await session.publish(up, encode({ type: 'request', protocol: 1, requestId, domain, publicKey: publicKeyPem, board: claim }));
    const challenge = await answer();
    if (challenge.type !== 'challenge') return challenge;
    const bytes = enrolmentBytes({ domain, serial, nonce: challenge.nonce, keyFingerprint: fingerprint });
    const deviceSignature = sign('sha256', bytes, { key: board.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    const boardSignature = sign(null, bytes, factoryKey).toString('base64url');
    await session.publish(up, encode({ type: 'proof', requestId, deviceSignature, boardSignature }));
    return await answer();
  } finally {
    session.disconnect();
  }
}

/** The device's first session; resolves when its birth is acknowledged. */
async function begin({ caPem }: Prepared, board: BoardKeys, accepted: Accepted, port: number): Promise<void> {
  const { deviceId, certificate, epochFrom: epoch } = accepted;
  const secureContext = createSecureContext({ ca: caPem, cert: certificate, key: board.privateKeyPem });
  const will = { topic: deviceTopic(deviceId, 'will'), payload: encode({ type: 'will', epoch }) };
  const session = await PacketSession.open({ ...place(port), secureContext }, connectPacket(deviceId, will));
  try {
    await session.subscribe(deviceTopic(deviceId, 'down'));
    const at = new Date().toISOString();
    const birth = encode({ type: 'birth', epoch, at, agentVersion: '1', intervalS: 60, inventory: {} });
    await session.publish(deviceTopic(deviceId, 'birth'), birth);
  } finally {
    session.disconnect();
  }
}

/** As an agent does it: comes back when it was told to, or after a moment where the connection was lost. */
async function bringIn(all: Prepared, board: BoardKeys, port: number, retried: () => void): Promise<void> {
  let accepted: Accepted | null = null;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    try {
      if (accepted === null) {
        const answer = await ask(all, board, port);
        if (answer.type === 'accepted') accepted = answer;
        else if (answer.type !== 'rejected' || answer.code !== 'busy') throw new TypeError(JSON.stringify(answer));
        else {
          retried();
          await rest(1000 * (answer.retryAfterS ?? 1));
          continue;
        }
      }
      return await begin(all, board, accepted, port);
    } catch (error) {
      // Refused for good: the benchmark's fault, or the service's.
      if (error instanceof TypeError) throw error;
      retried();
      await rest(LOST_MS * (1 + Math.random()));
    }
  }
  throw new Error(`${board.serial} did not get in with ${MAX_TRIES} tries`);
}

async function enrol({ port, count, arrive }: EnrolInput): Promise<Enrolled> {
  const all = prepared;
  if (all === null) throw new Error('nothing is prepared');
  const boards = all.boards.splice(0, count);
  const ms: number[] = [];
  let retries = 0;
  const started = performance.now();
  const cpu = cpuSeconds();
  const one = async (board: BoardKeys): Promise<void> => {
    const asked = performance.now();
    await bringIn(all, board, port, () => {
      retries += 1;
    });
    ms.push(performance.now() - asked);
  };
  if ('perSecond' in arrive) {
    const under = boards.map(async (board, index) => {
      await rest((1000 * index) / arrive.perSecond);
      await one(board);
    });
    await Promise.all(under);
  } else {
    const waiting = boards.toReversed();
    const worker = async (): Promise<void> => {
      for (let board = waiting.pop(); board !== undefined; board = waiting.pop()) await one(board);
    };
    await Promise.all(Array.from({ length: arrive.atOnce }, worker));
  }
  return {
    enrolled: ms.length,
    retries,
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: cpuSeconds() - cpu,
    ms: { p50: quantile(ms, 0.5), p99: quantile(ms, 0.99) },
  };
}

async function handshake(port: number, secureContext: SecureContext): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ ...place(port), secureContext });
    socket.setNoDelay(true);
    // The server's byte says that it has seen our certificate; the client's own event comes before that.
    socket.once('data', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

/** Handshakes a second, none of them resumed. */
async function handshakes({ port, count, atOnce, ...pem }: HandshakesInput): Promise<{ perSecond: number; cpuSeconds: number }> {
  const secureContext = createSecureContext({ ca: pem.caPem, cert: pem.certificatePem, key: pem.keyPem });
  let left = count;
  const started = performance.now();
  const cpu = cpuSeconds();
  const worker = async (): Promise<void> => {
    while (left-- > 0) await handshake(port, secureContext);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { perSecond: count / ((performance.now() - started) / 1000), cpuSeconds: cpuSeconds() - cpu };
}

serveCalls({ prepare, enrol, handshakes });
