import { createHash } from 'node:crypto';
import { within } from './host.ts';

const TIMEOUT_MS = 3000;

/** A systemd machine id in its written form: 32 hexadecimal digits, not all the same. Anything else is null. */
export function usableMachineId(raw: string | null): string | null {
  const id = (raw ?? '').trim().toLowerCase();
  // Without /etc/machine-id, node-machine-id returns the host name, which is not an id.
  return /^[0-9a-f]{32}$/.test(id) && new Set(id).size > 1 ? id : null;
}

/** The machine id, or null: node-machine-id throws on Android and falls back to the host name in some containers. */
export async function readMachineId(): Promise<string | null> {
  const asked = import('node-machine-id').then((library) => library.default.machineId(true));
  return usableMachineId(await within<string | null>(asked, TIMEOUT_MS, null));
}

/** A serial for a board without one (weak, E6): 80 bits of a hash, so that the id itself stays on the board. */
export function serialFromId(prefix: 'MID' | 'OWN', id: string): string {
  const digest = createHash('sha256').update(`rollcall-board-1\n${prefix}\n${id}`).digest('hex');
  return `${prefix}-${digest.slice(0, 20).toUpperCase()}`;
}
