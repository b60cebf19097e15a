/** A data folder with one domain and boards that are listed with a factory key and still to enrol. */
import { generateKeyPairSync } from 'node:crypto';
import type { ServiceKeys } from '../../../cloud-broker/keys/keys.ts';
import { privateKeyPem } from '../../../cloud-broker/keys/pem.ts';
import { openStore } from '../../../cloud-broker/service/store.ts';
import { CREDITS, listBoards, seedFleet } from './fleet.ts';
import type { ServiceProcess } from './service.ts';

export interface WaitingBoards {
  keys: ServiceKeys;
  domain: string;
  caPem: string;
  factoryKeyPem: string;
  serials: string[];
  /** Of a device that is enrolled already: a certificate of the service's CA with its key. */
  certificatePem: string;
  keyPem: string;
  /** Fails where not all of them are devices with their credits, in books that prove right. */
  check(service: ServiceProcess): Promise<void>;
}

const DOMAIN = 'fleet';
const serialOf = (index: number): string => `W-${index}`;
const fail = (reason: unknown): never => {
  throw new Error(`the store failed: ${String(reason)}`);
};

export async function seedBoards(folder: string, count: number): Promise<WaitingBoards> {
  const { keys, caPem, keyPem, devices } = await seedFleet(folder, 1);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const serials = Array.from({ length: count }, (_, index) => serialOf(index));
  const store = await openStore({ folder, onInternalError: fail, onFatal: fail });
  try {
    await listBoards(store, serials, publicKey.export({ format: 'pem', type: 'spki' }).toString().trim());
  } finally {
    await store.close();
  }
  const [first] = devices;
  if (first === undefined) throw new Error('no device was made');
  return {
    keys,
    domain: DOMAIN,
    caPem,
    keyPem,
    serials,
    certificatePem: first.certificatePem,
    factoryKeyPem: privateKeyPem(privateKey),
    async check(service) {
      const operator = service.operator();
      const { devices: enrolled, balance } = await operator.showDomain(DOMAIN);
      const books = await operator.verifyLedger();
      if (enrolled !== count + 1 || balance !== (count + 1) * CREDITS || !books.ok || books.sum !== 0)
        throw new Error(`of ${count + 1} devices: ${enrolled}, ${balance} credits, ${JSON.stringify(books)}`);
    },
  };
}
