/**
 * The service's roll on its real store and a clock of its own: `open` reads the enrolled devices of a data folder; `beat` lets each of them
 * beat so many times, an interval apart, and tells what the process holds then.
 */
import { storedPresence } from '../../../cloud-broker/service/device-handler.ts';
import { PresenceRegistry } from '../../../cloud-broker/presence/presence-registry.ts';
import { openStore } from '../../../cloud-broker/service/store.ts';
import type { Store } from '../../../cloud-broker/store/port.ts';
import type { Heartbeat } from '../../../protocol/messages.ts';
import { serveCalls } from '../child.ts';
import { held, type Held } from './memory-held.ts';

export interface Beaten extends Held {
  heartbeats: number;
  /** Of the statuses that changed since the start: devices that fell silent for a while and came back. */
  changes: number;
}

const INTERVAL_S = 60;
/** In each round one device in a hundred is in the middle of so many rounds of silence: late, then offline, then back. */
const SILENT = { among: 100, rounds: 5 };
/** So many rounds, and the service says another rhythm. */
const STEERED_EVERY = 20;
const AT_ONCE = 500;

const fail = (reason: unknown): never => {
  throw new Error(`the store failed: ${String(reason)}`);
};

const running: { store: Store | null; registry: PresenceRegistry | null } = { store: null, registry: null };
let now = Date.now();
let deviceIds: string[] = [];
let round = 0;
let changes = 0;

async function open(folder: string): Promise<number> {
  const store = await openStore({ folder, onInternalError: fail, onFatal: fail });
  running.store = store;
  const stored = await storedPresence(store);
  deviceIds = stored.map(({ deviceId }) => deviceId);
  const registry = new PresenceRegistry(
    {
      async flush(flush) {
        await store.write('flushPresence', flush);
        changes += flush.transitions.length;
      },
      clock: () => now,
      heartbeat: { intervalS: INTERVAL_S, jitterS: 10 },
      thresholds: { jitterS: 10, graceS: INTERVAL_S },
      onFlushError: fail,
    },
    stored,
  );
  running.registry = registry;
  for (const deviceId of deviceIds) registry.connected(deviceId);
  return deviceIds.length;
}

const isSilent = (index: number): boolean => Math.floor(round / SILENT.rounds) % SILENT.among === index % SILENT.among;

async function beatOnce(registry: PresenceRegistry): Promise<void> {
  round += 1;
  now += INTERVAL_S * 1000;
  if (round % STEERED_EVERY === 0)
    registry.steer({ intervalS: INTERVAL_S, jitterS: round % (2 * STEERED_EVERY) === 0 ? 10 : 30 });
  const at = new Date(now).toISOString();
  for (let from = 0; from < deviceIds.length; from += AT_ONCE) {
    const acknowledged: Promise<void>[] = [];
    for (const [offset, deviceId] of deviceIds.slice(from, from + AT_ONCE).entries()) {
      if (isSilent(from + offset)) continue;
      const health = { cpuPercent: (round + offset) % 100, memoryPercent: 40, screen: 'on' as const };
      const beat: Heartbeat = { type: 'heartbeat', epoch: 1, seq: round, at, uptimeS: 60 * round, intervalS: INTERVAL_S, health };
      acknowledged.push(registry.heartbeat(deviceId, beat));
      registry.retold(deviceId);
    }
    await Promise.all(acknowledged);
  }
  registry.sweep();
}

async function beatTimes(times: number): Promise<Beaten> {
  const { registry } = running;
  if (registry === null) throw new Error('not open');
  for (let time = 0; time < times; time += 1) await beatOnce(registry);
  return { heartbeats: registry.heartbeats, changes, ...(await held()) };
}

async function close(): Promise<void> {
  await running.registry?.close();
  await running.store?.close();
}

serveCalls({ open, beat: beatTimes, close });
