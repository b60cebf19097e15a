import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { derOf, enrolmentBytes } from '../../protocol/signing.ts';
import { serialKey } from '../../protocol/text.ts';
import type { EnrolmentOutcome } from '../../cloud-broker/enrolment/attempt.ts';
import { boardBySerial } from '../../cloud-broker/register/rows.ts';
import type { EnrolInput } from '../../cloud-broker/enrolment/facts.ts';
import { openStore } from '../../cloud-broker/service/store.ts';
import type { OperationInput, Store } from '../../cloud-broker/store/port.ts';
import { testIssuer } from './issuer.ts';
import { databaseUrlOf, dropDatabaseOf, isOnPostgres } from './test-database.ts';

export const DAY_MS = 86_400_000;
/** Where the tests' clocks begin. */
export const START = Date.UTC(2026, 10, 23, 8);
/** Too late for second thoughts about what was granted at START (E14), and still in the trial. */
export const LATER = START + 4 * DAY_MS;

/** Who changes something, and from where; and how many unproven grants the whole service may give in a day (E14). */
export const CHANGE = { actor: 'admin@springfield', address: '192.0.2.1', unprovenLimit: 5000 };

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-test-'));
  onTestFinished(async () => {
    await dropDatabaseOf(folder);
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}

/** The file of a store that may be writing at this moment: waits for its transaction, where SQLite by itself would fail as locked. */
export function databaseBeside(file: string, options: { readOnly?: boolean } = {}): DatabaseSync {
  return new DatabaseSync(file, { timeout: 600_000, ...options });
}

export type TestStore = Store & {
  folder: string;
  file: string;
  /** What the store reported; a test that expects it takes it out, and what is left fails the test. */
  problems: string[];
};

/** A real store in this folder; the caller closes it. */
export async function openTestStore(folder: string): Promise<TestStore> {
  const problems: string[] = [];
  const databaseUrl = await databaseUrlOf(folder);
  const store = await openStore({
    folder,
    databaseUrl,
    onInternalError: (message) => problems.push(message),
    onFatal: (error) => problems.push(error.message),
  });
  store.signWith(testIssuer);
  return Object.assign(store, { folder, file: databaseUrl ?? join(folder, 'rollcall.db'), problems });
}

/** A real store on disk, closed and removed after the test. */
export async function testStore(folder?: string): Promise<TestStore> {
  const store = await openTestStore(folder ?? (await temporaryFolder()));
  onTestFinished(async () => {
    await store.close();
    if (store.problems.length > 0) throw new Error(`the store reported: ${store.problems.join('; ')}`);
  });
  return store;
}

/** What a domain is made of where only its name matters. */
export const domainInput = (name: string): OperationInput<'createDomain'> => ({
  now: START,
  name,
  email: 'a@b.example',
  organization: 'O',
  contactName: 'C',
  phone: '1',
});

export const domainNames = async ({ reader }: Pick<Store, 'reader'>): Promise<string[]> =>
  (await reader.all<{ name: string }>('SELECT name FROM domains ORDER BY name')).map(({ name }) => name);

export async function testDomain(store: Store, name: string, now: number = START): Promise<number> {
  const { domainId } = await store.write('createDomain', {
    now,
    name,
    email: `admin@${name}.example`,
    organization: `${name} schools`,
    contactName: 'Ada',
    phone: '1',
  });
  await store.write('activateDomain', { now, domainId, actor: 'operator' });
  return domainId;
}

export interface RegisterLine {
  serial: string;
  credits?: number;
  fulfilment?: 'on-enrolment' | 'product-key';
  factoryPublicKey?: string;
  invoice?: string;
}

export async function listBoards(store: Store, lines: RegisterLine[]): Promise<void> {
  const report = await store.write('importBoards', {
    now: START,
    actor: 'operator',
    lines: lines.map((line, index) => ({
      line: index + 1,
      values: {
        model: 'SBID-7286',
        credits: 1095,
        fulfilment: 'on-enrolment',
        // Boards of one invoice that enrol in two domains bring nothing (E14): who tests that names it.
        invoice: `INV-${line.serial}`,
        purchasedOn: '2026-09-01',
        ...line,
      },
    })),
  });
  if (report.rejected.length > 0) throw new Error(JSON.stringify(report.rejected));
}

/** By the DER of the public key. */
const factoryKeys = new Map<string, KeyObject>();

/** Of a factory key that `attemptOf` signs with where a board has it. */
export function factoryKeyPem(): string {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  factoryKeys.set(derOf(pem).toString('hex'), privateKey);
  return pem;
}

/** What a board with this factory key sends with its proof. */
function boardSignature(factoryPem: string, fields: Parameters<typeof enrolmentBytes>[0]): string {
  const key = factoryKeys.get(derOf(factoryPem).toString('hex'));
  if (key === undefined) throw new Error('only the keys of factoryKeyPem can sign');
  return sign(null, enrolmentBytes(fields), key).toString('base64url');
}

export function testKey(name: string): EnrolInput['key'] {
  return { fingerprint: createHash('sha256').update(name).digest('hex'), pem: `key ${name}` };
}

export interface Try extends Partial<Omit<EnrolInput, 'board' | 'key' | 'boardSignature'>> {
  serial: string;
  /** Where it is not signed as it should be. */
  boardSignature?: 'missing' | 'invalid';
  key?: string;
  source?: EnrolInput['board']['serialSource'];
  firmware?: string;
}

/** A proved try of a board whose device key is named; it is signed with the factory key where the board has one, unless said otherwise. */
export async function attemptOf(store: Store, about: Try): Promise<EnrolInput> {
  const { serial, key: keyName, source, firmware, boardSignature: signed, ...rest } = about;
  const factoryKey = (await boardBySerial(store.reader, serialKey(serial)))?.factoryPublicKey ?? null;
  const [domain, nonce, key] = [rest.domain ?? 'springfield', 'a nonce', testKey(keyName ?? serial)];
  const isSigned = factoryKey !== null && signed !== 'missing';
  const valid = isSigned ? boardSignature(factoryKey, { domain, serial, nonce, keyFingerprint: key.fingerprint }) : null;
  return {
    now: START,
    domain,
    board: {
      serial,
      serialSource: source ?? 'dmi',
      model: 'X1',
      firmware: firmware ?? '1.0',
      os: 'Linux',
      arch: 'x64',
      agentVersion: '0.1.0',
      manufacturer: 'Maker',
    },
    key,
    renew: null,
    deviceSignature: 'valid',
    boardSignature: signed === 'invalid' ? 'no signature' : valid,
    nonce,
    pairingHash: null,
    overBudget: false,
    address: '192.0.2.7',
    correlationId: 'TEST0-00001',
    proposedId: `dev-${randomBytes(9).toString('base64url')}`,
    unprovenLimit: CHANGE.unprovenLimit,
    ...rest,
  };
}

/** Enrols as the service does. */
export async function enrol(store: Store, about: Try): Promise<EnrolmentOutcome> {
  return store.write('enrol', await attemptOf(store, about));
}

/** Enrols and expects `accepted`. */
export async function enrolled(store: Store, about: Try): Promise<Extract<EnrolmentOutcome, { outcome: 'accepted' }>> {
  const outcome = await enrol(store, about);
  if (outcome.outcome !== 'accepted') throw new Error(`expected accepted, got ${JSON.stringify(outcome)}`);
  return outcome;
}

/** Asks and expects `pending`: the id of the waiting row. */
export async function waiting(store: Store, about: Try, code = 'awaiting-approval'): Promise<string> {
  const outcome = await enrol(store, about);
  if (outcome.outcome !== 'pending' || outcome.code !== code) throw new Error(`expected ${code}, got ${JSON.stringify(outcome)}`);
  return outcome.deviceId;
}

/** The code of a refusal or a reason to wait; `accepted` for neither. */
export async function answerTo(store: Store, about: Try): Promise<string> {
  const outcome = await enrol(store, about);
  return 'code' in outcome ? outcome.code : outcome.outcome;
}

export async function balanceOf(store: Store, domain: string): Promise<number> {
  const row = await store.reader.get<{ balance: number }>(
    'SELECT h.balance FROM ledger_heads h JOIN domains d ON d.id = h.domain_id WHERE d.name = ?',
    domain,
  );
  return row?.balance ?? -1;
}

/** Every row of every table of ours, to compare two moments. */
export async function contentOf(store: Store): Promise<Record<string, unknown[]>> {
  const tables = await store.reader.all<{ name: string }>(
    isOnPostgres
      ? "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> 'done_operations'"
      : "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  );
  const rows = tables.map(async ({ name }) => [name, await store.reader.all(`SELECT * FROM ${name} ORDER BY 1, 2`)] as const);
  return Object.fromEntries(await Promise.all(rows));
}
