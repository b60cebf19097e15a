import { createSecretKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { openCa } from './ca.ts';
import { KeyFileError, KeyFolder } from './files.ts';
import { privateKeyPem, readPrivateKey } from './pem.ts';
import { openServerKey } from './server.ts';
import { openTicketKeys } from './ticket-keys.ts';
import type { Issuer } from './x509.ts';

const COOKIE_SECRET_BYTES = 32;
const MASTER_KEY_BYTES = 32;
/** Rewritten at each start if it differs; never used as a source. */
const PUBLISHED = 'published-ca.crt';

/** Every secret of the service (S1). Reveals nothing to JSON.stringify or to a logger. */
export interface ServiceKeys {
  /** Signs device and server leaves. */
  ca: Issuer;
  /** The certificates that verify device certificates: all of ca.crt. */
  clientCaPem: string;
  /** What devices are told to trust (`ca` of discovery and of `accepted`): all of ca.crt, and the issuer of a foreign server leaf. */
  publishedCaPem: string;
  /** A file containing `publishedCaPem`, named in the line that `serve --json` prints. */
  caFile: string;
  server: { keyPem: string; certificatePem: string };
  /** For `tls.createServer({ ticketKeys })`: 48 bytes that survive a restart, so that sessions can be resumed after it. */
  ticketKeys: Buffer;
  /** New ticket keys if the current ones are a week old, for `setTicketKeys` of the listening server; else null. */
  rotateTicketKeys(now: number): Buffer | null;
  /** Secret key of 32 bytes; `.export()` returns them. */
  cookieSecret: KeyObject;
  /** Ed25519 private key that signs the ledger heads (L5). */
  ledgerSigningKey: KeyObject;
  /** Secret key of 32 bytes used to encrypt and look up product keys (K1). */
  masterKey: KeyObject;
}

export interface KeyOptions {
  /** The data folder, locked by this process (S4). */
  folder: string;
  /** Hosts of the public and broker addresses, in addition to those always in the server leaf. */
  hosts: readonly string[];
  /** True if the store holds any device; the CA key must then exist (S1). */
  hasDevices: boolean;
  /** True if anything sealed or signed with the keys, or any device, is stored; those keys must then exist. */
  isSealed: boolean;
  /** Milliseconds since 1970. */
  now: number;
}

/** Secrets of a finished first start are never recreated: anything signed or encrypted with them would be lost. */
function mayMake(folder: KeyFolder, name: string, isSealed: boolean): void {
  if (!isSealed && !folder.has('ca.crt')) return;
  throw new KeyFileError(folder.file(name), 'is missing. Put it back from a backup.');
}

function secretBytes(folder: KeyFolder, name: string, bytes: number): Buffer {
  const existing = folder.read(name);
  if (existing !== null) {
    if (existing.length !== bytes) {
      throw new KeyFileError(folder.file(name), `must be exactly ${bytes} bytes. Put it back from a backup.`);
    }
    return existing;
  }
  const made = randomBytes(bytes);
  folder.write(name, made);
  return made;
}

function ledgerKey(folder: KeyFolder): KeyObject {
  const existing = folder.read('ledger.key');
  if (existing !== null) return readPrivateKey(folder.file('ledger.key'), existing, 'Ed25519');
  const { privateKey } = generateKeyPairSync('ed25519');
  folder.write('ledger.key', privateKeyPem(privateKey));
  return privateKey;
}

/**
 * Loads the service's secrets from `<data>/keys/`, or creates them on the first start (S1, S2). A first start that was killed is continued by the
 * next one.
 * @throws RollcallError `ca-key-missing` if the store has devices and the CA key or its certificate is gone
 * @throws KeyFileError naming the file that is unreadable, damaged or lost
 */
export async function openKeys(options: KeyOptions): Promise<ServiceKeys> {
  const folder = new KeyFolder(options.folder);
  // Checked before anything is created: a store whose CA key is lost is left exactly as it is.
  if (options.hasDevices) await openCa(folder, true);
  for (const name of ['master.key', 'ledger.key']) if (!folder.has(name)) mayMake(folder, name, options.isSealed);
  const masterKey = createSecretKey(secretBytes(folder, 'master.key', MASTER_KEY_BYTES));
  const ledgerSigningKey = ledgerKey(folder);
  // These two can be lost without harm: people sign in again, and devices do one full handshake.
  const cookieSecret = createSecretKey(secretBytes(folder, 'cookie.secret', COOKIE_SECRET_BYTES));
  const tickets = openTicketKeys(folder, options.now);
  const ca = await openCa(folder, options.hasDevices);
  const server = await openServerKey(folder, ca, options.hosts, options.now);
  const clientCaPem = ca.certificates.map(({ pem }) => pem).join('');
  const publishedCaPem = clientCaPem + (server.foreignCaPem ?? '');
  if (folder.read(PUBLISHED)?.toString('utf8') !== publishedCaPem) folder.write(PUBLISHED, publishedCaPem);
  return hidden({
    ca: { key: ca.key, certificatePem: ca.certificatePem },
    clientCaPem,
    publishedCaPem,
    caFile: folder.file(PUBLISHED),
    server: { keyPem: server.keyPem, certificatePem: server.certificatePem },
    ticketKeys: tickets.current,
    rotateTicketKeys: (now) => tickets.rotate(now),
    cookieSecret,
    ledgerSigningKey,
    masterKey,
  });
}

function hidden(keys: ServiceKeys): ServiceKeys {
  const conceal = { value: () => '[secret]', enumerable: false };
  for (const part of [keys, keys.server, keys.ticketKeys]) {
    Object.defineProperties(part, { toJSON: conceal, [inspect.custom]: conceal });
  }
  return keys;
}
