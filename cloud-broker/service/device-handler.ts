import { errorText } from '../../protocol/error-text.ts';
import type { Logger } from 'pino';
import { farewell } from './command-delivery.ts';
import type { CommandDispatcher } from '../device-commands/dispatcher.ts';
import type { DeviceHandler, Gateway, PeerCertificate } from '../gateway/port.ts';
import type { StoredPresence } from '../presence/flush.ts';
import type { PresenceRegistry } from '../presence/presence-registry.ts';
import type { Store } from '../store/port.ts';

/** S2: a certificate is admitted if it is a live row and belongs to this device. Looked up at every CONNECT. */
async function isLive(store: Store, { fingerprint, commonName }: PeerCertificate): Promise<boolean> {
  const row = await store.reader.get<{ deviceId: string }>(
    `SELECT c.device_id AS deviceId FROM certificates c JOIN devices d ON d.id = c.device_id
     WHERE c.fingerprint = ? AND c.revoked_at IS NULL AND d.state = 'enrolled'`,
    fingerprint,
  );
  return row?.deviceId === commonName;
}

/** E9: ends the session of a device whose certificates were revoked. One that left its domain is notified and no longer counted. */
export async function endRevoked(
  parts: { store: Store; registry: PresenceRegistry; gateway: Pick<Gateway, 'disconnect'> | null; log: Pick<Logger, 'error'> },
  deviceId: string,
): Promise<void> {
  const { store, registry, gateway, log } = parts;
  let hasLeft = false;
  try {
    const enrolled = "SELECT 1 AS found FROM devices WHERE id = ? AND state = 'enrolled'";
    hasLeft = (await store.reader.get(enrolled, deviceId)) === null;
  } catch (error) {
    log.error({ error: errorText(error) }, 'a revoked device could not be read');
  }
  gateway?.disconnect(deviceId, hasLeft ? farewell() : undefined);
  if (hasLeft) registry.forget(deviceId);
}

/** The stored presence, read once at startup. */
export async function storedPresence(store: Store): Promise<StoredPresence[]> {
  return await store.reader.all<StoredPresence>(
    `SELECT d.id AS deviceId, coalesce(p.epoch, 0) AS epoch, p.last_heartbeat_at AS lastHeartbeatAt, p.interval_s AS intervalS, p.ended,
      p.ended_at AS endedAt, d.status, d.status_since AS statusSince, p.health
     FROM devices d LEFT JOIN presence p ON p.device_id = d.id WHERE d.state = 'enrolled'`,
  );
}

/** What device sessions of the gateway trigger: presence, commands (P8), and the device's own request to leave (E9). */
export function createDeviceHandler(deps: {
  store: Store;
  registry: PresenceRegistry;
  commands: CommandDispatcher;
  clock(): number;
  /** P7: a session was taken over while still alive. */
  tookOver(deviceId: string): void;
}): DeviceHandler {
  const { store, registry, commands } = deps;
  return {
    admits: async (certificate) => isLive(store, certificate),
    connected(deviceId, _address, tookOver) {
      registry.connected(deviceId);
      if (tookOver) deps.tookOver(deviceId);
    },
    disconnected(deviceId) {
      commands.gone(deviceId);
      registry.disconnected(deviceId);
    },
    birth: async (deviceId, birth) => registry.birth(deviceId, birth),
    answered(deviceId, answer) {
      // Told to reconnect with another epoch (P3), it is about to leave.
      if (answer?.type !== 'settings' || answer.epochFrom === undefined) void commands.ready(deviceId);
    },
    async heartbeat(deviceId, heartbeat, acknowledged) {
      await registry.heartbeat(deviceId, heartbeat, acknowledged);
      return registry.retold(deviceId);
    },
    will: async (deviceId, will) => registry.will(deviceId, will),
    async unenroll(deviceId) {
      await store.write('unenrol', {
        now: deps.clock(),
        id: deviceId,
        domainId: null,
        actor: `device:${deviceId}`,
        address: null,
      });
    },
    async result(deviceId, result) {
      await store.write('endCommand', { now: deps.clock(), deviceId, result });
      await commands.answered(deviceId, result.commandId);
    },
  };
}
