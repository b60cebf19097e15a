/**
 * Many enrolled devices at once: written through the store's own operations, with certificates of the service's own CA,
 * before the service starts on the folder. Over the wire 2,000 of them would take too long.
 */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EnrolInput } from '../../../cloud-broker/enrolment/facts.ts';
import { openKeys, type ServiceKeys } from '../../../cloud-broker/keys/keys.ts';
import { privateKeyPem } from '../../../cloud-broker/keys/pem.ts';
import { enrolmentBytes } from '../../../protocol/signing.ts';
import { openStore } from '../../../cloud-broker/service/store.ts';
import type { Store } from '../../../cloud-broker/store/port.ts';

export const CREDITS = 1095;
const AT_ONCE = 1000;

/** What a load program needs to be these devices. Kept in a file: see `Fleet.file`. */
export interface FleetFile {
  caPem: string;
  /** One key for all of them: a handshake costs the same, and the load program reads it once. */
  keyPem: string;
  devices: { id: string; certificatePem: string }[];
}

export interface Fleet extends FleetFile {
  file: string;
  keys: ServiceKeys;
  domainId: number;
}

const deviceId = (index: number): string => `d-${String(index).padStart(16, '0')}`;
const fail = (reason: unknown): never => {
  throw new Error(`the store failed: ${String(reason)}`);
};

/** Makes the keys and the store of a data folder where they are not there yet, and `count` enrolled devices of domain `fleet`. */
export async function seedFleet(folder: string, count: number): Promise<Fleet> {
  const now = Date.now();
  const keys = await openKeys({ folder, hosts: [], hasDevices: false, isSealed: false, now });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const store = await openStore({ folder, onInternalError: fail, onFatal: fail });
  store.signWith(keys.ca);
  try {
    const domainId = await makeDomain(store, now);
    const devices: FleetFile['devices'] = [];
    for (let from = 0; from < count; from += AT_ONCE) {
      const indexes = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, offset) => from + offset);
      await listBoards(store, indexes.map(serialOf), FACTORY_PEM);
      await Promise.all(
        indexes.map(async (index) => {
          const outcome = await store.write('enrol', attemptOf(index, now, pem));
          if (outcome.outcome !== 'accepted') throw new Error(JSON.stringify(outcome));
          devices.push({ id: outcome.deviceId, certificatePem: outcome.certificate });
        }),
      );
    }
    const content: FleetFile = { caPem: keys.publishedCaPem, keyPem: privateKeyPem(privateKey), devices };
    const file = join(folder, 'fleet.json');
    writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
    return { ...content, file, keys, domainId };
  } finally {
    await store.close();
  }
}

async function makeDomain(store: Store, now: number): Promise<number> {
  const { domainId } = await store.write('createDomain', {
    now,
    name: 'fleet',
    email: 'admin@fleet.example',
    organization: 'Fleet',
    contactName: '',
    phone: '',
  });
  await store.write('activateDomain', { now, domainId, actor: 'bench' });
  return domainId;
}

const factory = generateKeyPairSync('ed25519');
const FACTORY_PEM = factory.publicKey.export({ format: 'pem', type: 'spki' }).toString().trim();
const serialOf = (index: number): string => `FLEET-${index}`;

/** Puts boards with this factory key into the register. */
export async function listBoards(store: Store, serials: readonly string[], factoryPublicKey: string): Promise<void> {
  for (let from = 0; from < serials.length; from += AT_ONCE) {
    const lines = serials.slice(from, from + AT_ONCE).map((serial, line) => ({
      line: line + 1,
      values: { serial, model: 'M', credits: CREDITS, fulfilment: 'on-enrolment', factoryPublicKey },
    }));
    await store.write('importBoards', { now: Date.now(), actor: 'bench', lines });
  }
}

/** `pem`: what the certificate is of; each device is told by a fingerprint of its own all the same. */
function attemptOf(index: number, now: number, pem: string): EnrolInput {
  const proposedId = deviceId(index);
  const [domain, serial, nonce] = ['fleet', serialOf(index), 'nonce'];
  const fingerprint = createHash('sha256').update(proposedId).digest('hex');
  const signed = enrolmentBytes({ domain, serial, nonce, keyFingerprint: fingerprint });
  return {
    now,
    domain,
    board: { serial, serialSource: 'dmi', model: 'M', os: 'Linux', arch: 'x64', agentVersion: '1' },
    key: { fingerprint, pem },
    renew: null,
    deviceSignature: 'valid',
    boardSignature: sign(null, signed, factory.privateKey).toString('base64url'),
    nonce,
    pairingHash: null,
    overBudget: false,
    address: '127.0.0.1',
    correlationId: 'BENCH-00000',
    unprovenLimit: 0,
    proposedId,
  };
}
