import type { Identity } from '../../firmware-shim/board.ts';
import { deviceKey } from '../keys.ts';
import type { StateStore } from '../state-store.ts';
import { newState } from '../state.ts';

/** The state of a simulated display, lost with its process. Its key is derived from its seed, and `accepted` supplies its epoch. */
export function inMemoryStateStore(identity: Identity, privateKey: string): StateStore {
  let state = newState(privateKey, identity.fingerprint, new Date().toISOString());
  const update: StateStore['update'] = async (change) => {
    state = change(state);
    return state;
  };
  return {
    folder: '',
    identity,
    key: deviceKey(privateKey),
    get state() {
      return state;
    },
    unsaved: null,
    update,
    remember: update,
    hear: () => undefined,
    close: async () => undefined,
  };
}
