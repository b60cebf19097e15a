import type { CommandDesk } from './device-commands/desk.ts';
import type { DeviceHandler, PeerCertificate } from './gateway/port.ts';
import type { StoredPresence } from './presence/flush.ts';
import type { PresenceRegistry } from './presence/presence-registry.ts';
import type { Store } from './store/store.ts';

/** S2: a certificate gets in when it is a live row and belongs to this device. Looked up at every CONNECT. */
function isLive(store: Store, { fingerprint, commonName }: PeerCertificate): boolean {
  const row = store.reader.get<{ deviceId: string }>(
    `SELECT c.device_id AS deviceId FROM certificates c JOIN devices d ON d.id = c.device_id
     WHERE c.fingerprint = ? AND c.revoked_at IS NULL AND d.state = 'enrolled'`,
    fingerprint,
  );
  return row?.deviceId === commonName;
}

export function isEnrolled(store: Store, deviceId: string): boolean {
  return store.reader.get("SELECT 1 AS found FROM devices WHERE id = ? AND state = 'enrolled'", deviceId) !== null;
}

/** The roll as it was stored, read once at the start. */
export function storedPresence(store: Store): StoredPresence[] {
  return store.reader.all<StoredPresence>(
    `SELECT d.id AS deviceId, coalesce(p.epoch, 0) AS epoch, p.last_heartbeat_at AS lastHeartbeatAt, p.interval_s AS intervalS, p.ended,
      p.ended_at AS endedAt, d.status, d.status_since AS statusSince, p.health
     FROM devices d LEFT JOIN presence p ON p.device_id = d.id WHERE d.state = 'enrolled'`,
  );
}

/** What the gateway's device sessions lead to: presence, commands (P8), and the device's own wish to leave (E9). */
export function createDeviceHandler(deps: {
  store: Store;
  registry: PresenceRegistry;
  commands: CommandDesk;
  clock(): number;
  /** P7: a session was taken over while it was alive. */
  tookOver(deviceId: string): void;
}): DeviceHandler {
  const { store, registry, commands } = deps;
  return {
    admits: (certificate) => isLive(store, certificate),
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
      // Told to come back with another epoch (P3), it is about to leave.
      if (answer?.type !== 'settings' || answer.epochFrom === undefined) commands.ready(deviceId);
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
      commands.answered(deviceId, result.commandId);
    },
  };
}
