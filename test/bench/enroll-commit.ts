/**
 * `enroll-commit`: decide and commit, without network. Ours through the store with many callers and with one; the others
 * are the same operations with one commit each, and the same rows by hand-written multi-row statements.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { derOf, enrolmentBytes, keyFingerprint } from '../../protocol/signing.ts';
import type { EnrolInput } from '../../cloud-broker/enrolment/facts.ts';
import { boardSignatureOf } from '../../cloud-broker/enrolment/rules/proof.ts';
import { deviceCertificateSigner } from '../../cloud-broker/keys/device-certificates.ts';
import { openStore } from '../../cloud-broker/service/store.ts';
import type { Store } from '../../cloud-broker/store/port.ts';
import type { Size } from './measure.ts';
import { inTurn, quantile, type Comparison } from './measure.ts';
import { testIssuer } from '../support/issuer.ts';
import { bareEnrolments, readEnrolments, type Enrolments } from './bare-enrolments.ts';

const CALLERS = 64;
const NOW = Date.UTC(2026, 10, 23);

const SCALES = { full: { boards: 3200, pairs: 5 }, smoke: { boards: 128, pairs: 1 } };

async function inStore<Result>(
  maxBatch: number,
  boards: number,
  work: (store: Store) => Promise<Result>,
  afterwards: (file: string) => void = () => {},
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  const fail = (reason: unknown): void => {
    throw new Error(`the store failed: ${String(reason)}`);
  };
  const store = await openStore({ folder, maxBatch, onInternalError: fail, onFatal: fail });
  store.signWith(testIssuer);
  try {
    const { domainId } = await store.write('createDomain', {
      now: NOW,
      name: 'bench',
      email: 'admin@bench.example',
      organization: 'Bench',
      contactName: '',
      phone: '',
    });
    await store.write('activateDomain', { now: NOW, domainId, actor: 'bench' });
    for (let from = 0; from < boards; from += 1000) {
      const lines = Array.from({ length: Math.min(1000, boards - from) }, (_, index) => ({
        line: index + 1,
        values: {
          serial: `B-${from + index}`,
          model: 'M',
          credits: 1095,
          fulfilment: 'on-enrolment',
          factoryPublicKey: FACTORY_KEY,
        },
      }));
      await store.write('importBoards', { now: NOW, actor: 'bench', lines });
    }
    const result = await work(store);
    const stored = await store.reader.get<{ devices: number; balance: number }>(
      "SELECT (SELECT count(*) FROM devices WHERE state = 'enrolled') AS devices, (SELECT balance FROM ledger_heads) AS balance",
    );
    if (stored?.devices !== boards || stored.balance !== boards * 1095)
      throw new Error(`not all was stored: ${JSON.stringify(stored)}`);
    await store.close();
    afterwards(join(folder, 'rollcall.db'));
    return result;
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const factory = generateKeyPairSync('ed25519');
const FACTORY_KEY = factory.publicKey.export({ format: 'pem', type: 'spki' }).toString().trim();

/** A board with its own device key, as an enrolment has it: key, certificate and both signatures are each made and checked once. */
function attemptOf(index: number): EnrolInput {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const fields = { domain: 'bench', serial: `B-${index}`, nonce: 'nonce', keyFingerprint: keyFingerprint(publicKey) };
  return {
    now: NOW,
    domain: fields.domain,
    board: { serial: fields.serial, serialSource: 'dmi', model: 'M', os: 'Linux', arch: 'x64', agentVersion: '1' },
    key: { fingerprint: fields.keyFingerprint, pem: publicKey.export({ format: 'pem', type: 'spki' }).toString() },
    renew: null,
    deviceSignature: 'valid',
    boardSignature: sign(null, enrolmentBytes(fields), factory.privateKey).toString('base64url'),
    nonce: fields.nonce,
    pairingHash: null,
    overBudget: false,
    address: '127.0.0.1',
    correlationId: 'BENCH-00000',
    unprovenLimit: 0,
    proposedId: `d-${String(index).padStart(16, '0')}`,
  };
}

const signCertificate = deviceCertificateSigner(testIssuer);

/** The signatures that an enrolment costs, whoever stores it: the board's is verified, the certificate's made. */
function signatures({ domain, board, nonce, key, boardSignature, proposedId }: EnrolInput): void {
  const fields = { domain, serial: board.serial, nonce, keyFingerprint: key.fingerprint };
  if (boardSignatureOf(fields, boardSignature, FACTORY_KEY) !== 'valid') throw new Error('not signed');
  signCertificate({ deviceId: proposedId, publicKeyDer: derOf(key.pem) });
}

/** Enrolments per second, and each one's milliseconds. */
async function enrolAll(store: Store, boards: number, callers: number): Promise<{ perSecond: number; ms: number[] }> {
  const attempts = Array.from({ length: boards }, (_, index) => attemptOf(index));
  const ms: number[] = [];
  const started = performance.now();
  const caller = async (): Promise<void> => {
    for (let attempt = attempts.pop(); attempt !== undefined; attempt = attempts.pop()) {
      const asked = performance.now();
      const outcome = await store.write('enrol', attempt);
      if (outcome.outcome !== 'accepted') throw new Error(JSON.stringify(outcome));
      ms.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return { perSecond: boards / ((performance.now() - started) / 1000), ms };
}

async function storedRows(boards: number): Promise<Enrolments> {
  const read: Enrolments[] = [];
  await inStore(
    128,
    boards,
    (store) => enrolAll(store, boards, CALLERS),
    (file) => read.push(readEnrolments(file)),
  );
  const [rows] = read;
  if (rows === undefined) throw new Error('nothing was read');
  return rows;
}

export async function enrollCommit(size: Size): Promise<Comparison[]> {
  const { boards, pairs } = SCALES[size];
  const bench = 'enroll-commit';
  const spreads: { ours: number; other: number }[] = [];
  const many = async (): Promise<number> =>
    inStore(128, boards, async (store) => {
      const { perSecond, ms } = await enrolAll(store, boards, CALLERS);
      spreads.push({ ours: quantile(ms, 0.99), other: quantile(ms, 0.5) });
      return perSecond;
    });
  const one = async (maxBatch: number, callers: number): Promise<number> =>
    inStore(maxBatch, boards, async (store) => (await enrolAll(store, boards, callers)).perSecond);
  const rows = await storedRows(boards);
  const attempts = Array.from({ length: boards }, (_, index) => attemptOf(index));
  const bare = async (atOnce: number): Promise<number> =>
    bareEnrolments(rows, atOnce, (n) => {
      const attempt = attempts[n];
      if (attempt !== undefined) signatures(attempt);
    });
  return [
    {
      bench,
      figure: '64 callers, against one commit each',
      unit: '/s',
      // 5 before the writer verified and signed: two signatures, which no batch shares, are two thirds of an enrolment.
      bound: { atLeast: 2 },
      pairs: await inTurn(pairs, many, async () => one(1, CALLERS)),
    },
    {
      bench,
      figure: '64 callers, against bare rows 64 a commit',
      unit: '/s',
      bound: { atLeast: 0.5 },
      pairs: await inTurn(pairs, many, async () => bare(CALLERS)),
    },
    {
      bench,
      figure: '1 caller, against bare rows one by one',
      unit: '/s',
      bound: { atLeast: 0.6 },
      pairs: await inTurn(
        pairs,
        async () => one(128, 1),
        async () => bare(1),
      ),
    },
    { bench, figure: 'p99 against p50 at 64 callers', unit: 'ms', bound: { atMost: 4 }, pairs: spreads },
  ];
}
