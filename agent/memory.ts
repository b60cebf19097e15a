import type { Board, Identity } from '../firmware-shim/board.ts';
import { isSameBoard } from './fingerprint.ts';
import { deviceKey, newDeviceKey, type DeviceKey } from './keys.ts';
import { takeLock, type Lock } from './lock.ts';
import type { Log } from './log.ts';
import { Refusal } from './refusal.ts';
import { newState, type AgentState } from './state.ts';
import { makeFolder, readState, setStateAside, writeState } from './state-folder.ts';

/** The agent's memory: what is in `state` is on the disk. Changes are written one after the other. */
export interface Memory {
  readonly folder: string;
  readonly identity: Identity;
  readonly key: DeviceKey;
  readonly state: AgentState;
  /** Resolves when the change is durable; only then is `state` the new one. */
  update(change: (state: AgentState) => AgentState): Promise<AgentState>;
  close(): Promise<void>;
}

async function stateOfThisBoard(folder: string, identity: Identity, log: Log): Promise<AgentState | null> {
  const found = await readState(folder);
  if (found.kind === 'missing') return null;
  if (found.kind === 'read' && isSameBoard(found.state.fingerprint, identity.fingerprint)) return found.state;
  const aside = await setStateAside(folder, new Date());
  log.note('state-set-aside', { why: found.kind === 'read' ? 'another-board' : 'unreadable', aside }, 'warn');
  return null;
}

async function firstState(folder: string, identity: Identity, log: Log): Promise<AgentState> {
  const state = newState(newDeviceKey(), identity.fingerprint, new Date().toISOString());
  log.note('key-made');
  await writeState(folder, state);
  log.note('key-saved');
  return state;
}

function memoryOf(folder: string, identity: Identity, first: AgentState, lock: Lock): Memory {
  let state = first;
  let last: Promise<unknown> = Promise.resolve();
  return {
    folder,
    identity,
    key: deviceKey(first.privateKey),
    get state() {
      return state;
    },
    update: (change) => {
      const written = last.then(async () => {
        const next = change(state);
        await writeState(folder, next);
        state = next;
        return next;
      });
      last = written.catch(() => undefined);
      return written;
    },
    close: async () => {
      await last;
      await lock.release();
    },
  };
}

/**
 * Takes the state folder for this process and reads what it holds. State of another board is set aside (E1). With
 * `make`, a board without state gets its key here, on the disk before anything uses it; otherwise null.
 * Throws a Refusal `state-in-use` when another agent has the folder.
 */
export async function openMemory(folder: string, board: Board, log: Log, make: boolean): Promise<Memory | null> {
  await makeFolder(folder);
  const lock = await takeLock(folder);
  if (lock === null) throw new Refusal('state-in-use', { detail: folder });
  try {
    const identity = await board.identify();
    const state = await stateOfThisBoard(folder, identity, log);
    if (state !== null) return memoryOf(folder, identity, state, lock);
    if (!make) {
      await lock.release();
      return null;
    }
    // Asked again: setting a state aside may have changed a serial that came from the own random id.
    const fresh = await board.identify();
    return memoryOf(folder, fresh, await firstState(folder, fresh, log), lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}
