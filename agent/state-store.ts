import type { Board, Identity } from '../firmware-shim/board.ts';
import { isSameBoard } from './fingerprint.ts';
import { deviceKey, newDeviceKey, type DeviceKey } from './keys.ts';
import { takeLock, type Lock } from './lock.ts';
import type { Log } from './log.ts';
import { isForbidden, Refusal } from './refusal.ts';
import { comesBackAs, newState, type AgentState } from './state.ts';
import { codeOf, makeFolder, readState, setStateAside, writeState } from './state-folder.ts';

type Change = (state: AgentState) => AgentState;

/** What the agent stores about itself. Changes are made one at a time, and written only if they change something. */
export interface StateStore {
  readonly folder: string;
  readonly identity: Identity;
  readonly key: DeviceKey;
  readonly state: AgentState;
  /** Why `state` is not on disk, as the system's code (`EROFS`, `ENOSPC` …); null if it is. */
  readonly unsaved: string | null;
  /** Resolves when the change is durable; only then does `state` change. Throws a Refusal `folder-not-writable`. */
  update(change: Change): Promise<AgentState>;
  /** For what an enrolled board learns: staying online must not depend on a write, so the change counts whether or not it is durable. */
  remember(change: Change): Promise<AgentState>;
  /** See Lock. */
  readonly hear: Lock['hear'];
  close(): Promise<void>;
}

/** A key is bound to the serial it was proved with (E1): a board that reports none today, or a default one, keeps that serial. */
function identityWith(identity: Identity, state: AgentState): Identity {
  const serial = state.weakSerial ?? state.fingerprint.serial;
  return identity.trust !== 'weak' || serial === null ? identity : { ...identity, serial };
}

const notWritable = (folder: string, error: unknown): Refusal =>
  new Refusal('folder-not-writable', { detail: `${folder} (${codeOf(error)})` });

function kept<T>(folder: string, written: Promise<T>): Promise<T> {
  return written.catch((error: unknown) => {
    throw notWritable(folder, error);
  });
}

interface Found {
  state: AgentState;
  isNewest: boolean;
}

async function stateOfThisBoard(folder: string, identity: Identity, log: Log): Promise<Found | null> {
  const found = await readState(folder);
  if (found.kind === 'missing') return null;
  if (found.kind === 'read' && isSameBoard(found.state.fingerprint, identity.fingerprint)) {
    if (!found.isNewest) log.note('state-restored', { why: 'the newest state is damaged' }, 'warn');
    return found;
  }
  const aside = await kept(folder, setStateAside(folder, new Date()));
  log.note('state-set-aside', { why: found.kind === 'read' ? 'another-board' : 'unreadable', aside }, 'warn');
  return null;
}

async function firstState(folder: string, identity: Identity, log: Log): Promise<AgentState> {
  const { fingerprint, trust, serial } = identity;
  const weakSerial = trust === 'weak' ? serial : null;
  const state = newState(newDeviceKey(), fingerprint, new Date().toISOString(), weakSerial);
  log.note('key-made');
  await kept(folder, writeState(folder, state, { isWhole: false, twice: true }));
  log.note('key-saved');
  return state;
}

/** A folder's state: what is on disk, and what should be but is not yet. */
class FolderStateStore implements StateStore {
  readonly folder: string;
  readonly identity: Identity;
  readonly key: DeviceKey;
  readonly #log: Log;
  readonly #lock: Lock;
  #state: AgentState;
  #written: AgentState;
  #isNewest: boolean;
  #unsaved: string | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(folder: string, identity: Identity, found: Found, log: Log, lock: Lock) {
    this.folder = folder;
    this.identity = identity;
    this.key = deviceKey(found.state.privateKey);
    this.#state = found.state;
    this.#written = found.state;
    this.#isNewest = found.isNewest;
    this.#log = log;
    this.#lock = lock;
  }

  get state(): AgentState {
    return this.#state;
  }

  get unsaved(): string | null {
    return this.#unsaved;
  }

  update(change: Change): Promise<AgentState> {
    return this.#inTurn(async () => {
      const next = change(this.#state);
      await this.#write(next);
      this.#state = next;
    });
  }

  remember(change: Change): Promise<AgentState> {
    return this.#inTurn(async () => {
      this.#state = change(this.#state);
      await this.#write(this.#state).catch(() => undefined);
    });
  }

  get hear(): Lock['hear'] {
    return this.#lock.hear;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#lock.release();
  }

  async #inTurn(work: () => Promise<void>): Promise<AgentState> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    await done;
    return this.#state;
  }

  async #write(next: AgentState): Promise<void> {
    if (this.#isNewest && JSON.stringify(next) === JSON.stringify(this.#written)) return;
    try {
      await writeState(this.folder, next, { isWhole: this.#isNewest, twice: !comesBackAs(this.#written, next) });
    } catch (error) {
      const detail = codeOf(error);
      if (this.#unsaved === null) this.#log.note('state-not-saved', { detail, folder: this.folder }, 'warn');
      this.#unsaved = detail;
      throw notWritable(this.folder, error);
    }
    if (this.#unsaved !== null) this.#log.note('state-saved-again');
    this.#unsaved = null;
    this.#written = next;
    this.#isNewest = true;
  }
}

async function opened(folder: string, board: Board, log: Log, make: boolean, lock: Lock): Promise<StateStore | null> {
  const identity = await board.identify();
  const found = await stateOfThisBoard(folder, identity, log);
  if (found !== null) return new FolderStateStore(folder, identityWith(identity, found.state), found, log, lock);
  if (!make) return null;
  // Identified again: setting a state aside may have changed a serial derived from the agent's own random id.
  const fresh = await board.identify();
  return new FolderStateStore(folder, fresh, { state: await firstState(folder, fresh, log), isNewest: true }, log, lock);
}

/**
 * Takes the state folder for this process and reads its contents. The state of another board is set aside (E1). With `make`, a board without state
 * gets its key here, on disk before anything uses it; otherwise returns null. Throws a Refusal: `state-in-use` if another agent has the folder,
 * `folder-not-writable` if a key cannot be stored in it. A folder this user may not enter fails with the system's EACCES or EPERM.
 */
export async function openStateStore(folder: string, board: Board, log: Log, make: boolean): Promise<StateStore | null> {
  await makeFolder(folder).catch((error: unknown) => {
    throw isForbidden(error) ? error : notWritable(folder, error);
  });
  const lock = await takeLock(folder);
  if (lock === null) throw new Refusal('state-in-use', { detail: folder });
  try {
    const store = await opened(folder, board, log, make, lock);
    if (store === null) await lock.release();
    return store;
  } catch (error) {
    await lock.release();
    throw error;
  }
}
