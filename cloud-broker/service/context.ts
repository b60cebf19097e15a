/** The store, its keys and what operates on them, without any listener. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { RollcallError } from '../../protocol/errors.ts';
import { certifiedHosts } from './addresses.ts';
import { backUp } from '../backup/backup.ts';
import { demandRestored } from '../backup/restore.ts';
import type { Settings } from './config.ts';
import { Accounts } from '../users/accounts.ts';
import { domainRealm } from '../users/realm.ts';
import { lazily } from '../../protocol/lazily.ts';
import { openKeys, type ServiceKeys } from '../keys/keys.ts';
import { createSecrets, type Secrets } from '../keys/secrets.ts';
import { CheckpointFile } from '../ledger/checkpoints.ts';
import { withDamagedHeads, type Checkpoint, type Verdict } from '../ledger/rules/chain.ts';
import { localOperator } from '../operator/local.ts';
import type { Operator } from '../operator/operator.ts';
import { createPortal, type Portal } from '../portal/portal.ts';
import { ServiceClock, type ClockSources } from './clock.ts';
import { lockFolder } from '../store/sqlite/folder-lock.ts';
import { demandDatabase, isSealed } from '../store/sqlite/own-database.ts';
import { verifyLedgerApart } from '../ledger/verify-in-worker.ts';
import { ledgerHeads, verifyLedger } from '../ledger/verify-books.ts';
import { lastingOperations } from './lasting-operations.ts';
import { migrations } from './migrations.ts';
import { believedAt } from '../presence/operations/presence.ts';
import { openStore } from './store.ts';
import type { OperationName, Store } from '../store/port.ts';

/** The monotonic clock stops while a machine sleeps, so after weeks of sleep the clock has to be accepted by hand. */
const CLOCKS: ClockSources = { machine: () => Date.now(), elapsed: () => performance.now() };

/** Why a backup of PostgreSQL is not made here. */
const NOT_EMBEDDED = 'the data is in PostgreSQL: use its own tools, and keep the keys of the data folder with what they make';

/** The store, its keys and the operator's commands, without any listener: what a command needs if no service is running. */
export interface ServiceContext {
  store: Store;
  clock: ServiceClock;
  keys: ServiceKeys;
  accounts: Accounts;
  portal: Portal;
  operator: Operator;
  secrets: Secrets;
  checkpoint(): Promise<void>;
  /** `ledger verify` in a thread of its own. */
  proveBooks(signal: AbortSignal): Promise<Verdict>;
  close(): Promise<void>;
}

/**
 * Locks the data folder (S4), opens the store and the keys (S1). Refuses with `folder-in-use`, `folder-unusable`,
 * `restore-unfinished`, `database-missing`, `database-damaged`, `database-unusable`, `ca-key-missing` or `key-file-unusable`.
 */
export async function openContext(settings: Settings, log: Logger, onFatal: (error: Error) => void): Promise<ServiceContext> {
  const lock = lockFolder(settings.dataFolder);
  try {
    demandRestored(settings.dataFolder);
    if (settings.databaseUrl === null) demandDatabase(settings.dataFolder);
    // Until the stored time is known, nothing is written.
    let clock: ServiceClock | null = null;
    const store = await openStore({
      folder: settings.dataFolder,
      databaseUrl: settings.databaseUrl,
      demand: (name) => demandBelievable(clock, name),
      onInternalError: (message) => log.error({ message }, 'a write failed'),
      onFatal,
    });
    try {
      clock = new ServiceClock(CLOCKS, await believedAt(store.reader));
      const hasDevices = (await store.reader.get('SELECT 1 AS found FROM devices LIMIT 1')) !== null;
      const isUsed = hasDevices || (await isSealed(settings.dataFolder, store.reader));
      const about = { hosts: certifiedHosts(settings), hasDevices, isSealed: isUsed, now: clock.now() };
      const keys = await openKeys({ folder: settings.dataFolder, ...about });
      store.signWith(keys.ca);
      return assemble({ settings, log, store, clock, keys, lock });
    } catch (error) {
      await store.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Lasting operations wait for a trusted clock. Refuses with `clock-doubtful`. */
function demandBelievable(clock: ServiceClock | null, name: OperationName): void {
  const doubt = lastingOperations.has(name) ? (clock?.doubt ?? null) : null;
  if (doubt === null) return;
  const { machine, service } = doubt;
  throw new RollcallError('clock-doubtful', {
    machine: new Date(machine).toISOString(),
    service: new Date(service).toISOString(),
  });
}

interface RealmParts extends Pick<ServiceContext, 'store' | 'keys' | 'secrets'> {
  settings: Settings;
  log: Logger;
  clock(): number;
}

/** Both realms of people who sign in: users of domains, and people of the Admin Portal. */
function realmsOf({ settings, store, keys, secrets, log, clock }: RealmParts): Pick<ServiceContext, 'accounts' | 'portal'> {
  const publicUrl = settings.publicUrl ?? 'http://127.0.0.1';
  const cookieSecret = keys.cookieSecret.export().toString('hex');
  const noted = (of: string) => (message: string) => log.error({ message }, of);
  const library = lazily(async () => {
    const { signInLibrary } = await import('../identity/library.ts');
    return signInLibrary(domainRealm, { store, secret: cookieSecret, publicUrl, log: noted('accounts') });
  });
  const services = { store, publicUrl, secrets, clock, random: randomBytes };
  const accounts = new Accounts({ ...services, library, log: noted('accounts') });
  const { passwords } = accounts;
  return { accounts, portal: createPortal({ ...services, passwords, cookieSecret, log: noted('admin portal') }) };
}

function assemble(parts: {
  settings: Settings;
  log: Logger;
  store: Store;
  clock: ServiceClock;
  keys: ServiceKeys;
  lock: { release(): void };
}): ServiceContext {
  const { settings, log, store, clock, keys, lock } = parts;
  const { now } = clock;
  const checkpoints = new CheckpointFile(join(settings.dataFolder, 'ledger-heads.jsonl'), keys.ledgerSigningKey);
  const database = settings.databaseUrl ?? join(settings.dataFolder, 'rollcall.db');
  // Reads the signed heads first: none of them may then lie beyond the end of the books read afterwards.
  const prove = async (books: (signed: Checkpoint[]) => Promise<Verdict>): Promise<Verdict> => {
    const { checkpoints: signed, damaged } = await checkpoints.read();
    return withDamagedHeads(await books(signed), damaged);
  };
  const secrets = createSecrets(keys.masterKey.export());
  const { accounts, portal } = realmsOf({ settings, store, keys, secrets, log, clock: now });
  const operator = localOperator({
    store,
    accounts,
    secrets,
    clock: now,
    serviceClock: clock,
    random: randomBytes,
    verifyLedger: async () => prove((signed) => verifyLedger(database, signed)),
    async backup(file) {
      if (settings.databaseUrl !== null) throw new RollcallError('backup-failed', { reason: NOT_EMBEDDED });
      return backUp(settings.dataFolder, file, { now: now(), schemaVersion: migrations.length });
    },
  });
  return {
    store,
    clock,
    keys,
    accounts,
    portal,
    operator,
    secrets,
    async checkpoint() {
      await checkpoints.append(await ledgerHeads(store.reader), now());
    },
    proveBooks: async (signal) => prove((signed) => verifyLedgerApart({ checkpoints: signed, database }, signal)),
    async close() {
      await store.close();
      lock.release();
    },
  };
}
