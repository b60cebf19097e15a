/**
 * What one would put behind Mosquitto: a subscriber that validates heartbeats by the same schema, keeps the same presence in
 * memory and flushes it in the same batches into SQLite (WAL, FULL), in plain rows of their own.
 */
import { DatabaseSync } from 'node:sqlite';
import { connectAsync } from 'mqtt';
import type { Flush } from '../../../cloud-broker/presence/flush.ts';
import { PresenceRegistry } from '../../../cloud-broker/presence/presence-registry.ts';
import { decode, deviceUp } from '../../../protocol/messages.ts';
import { parseTopic } from '../../../protocol/topics.ts';
import { serveCalls } from '../child.ts';
import type { ConsumerKey } from './mosquitto.ts';

export interface ConsumeInput {
  port: number;
  key: ConsumerKey;
  databaseFile: string;
  deviceIds: string[];
  qos: 0 | 1;
}

function openDatabase(file: string): { db: DatabaseSync; flush: (flush: Flush) => Promise<void> } {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  db.exec(`CREATE TABLE presence (device_id TEXT PRIMARY KEY, epoch INTEGER NOT NULL, last_heartbeat_at INTEGER,
    interval_s INTEGER, ended TEXT, ended_at INTEGER, clock_difference_ms INTEGER, health TEXT, inventory TEXT) STRICT`);
  const store = db.prepare(`INSERT INTO presence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (device_id) DO UPDATE SET epoch = excluded.epoch, last_heartbeat_at = excluded.last_heartbeat_at,
      interval_s = excluded.interval_s, ended = excluded.ended, ended_at = excluded.ended_at,
      clock_difference_ms = excluded.clock_difference_ms, health = excluded.health, inventory = excluded.inventory`);
  const flush = async ({ rows }: Flush): Promise<void> => {
    db.exec('BEGIN');
    for (const row of rows) {
      store.run(
        row.deviceId,
        row.epoch,
        row.lastHeartbeatAt,
        row.intervalS,
        row.ended,
        row.endedAt,
        row.clockDifferenceMs,
        row.health,
        row.inventory,
      );
    }
    db.exec('COMMIT');
  };
  return { db, flush };
}

const fail = (error: unknown): never => {
  throw error;
};

let registry: PresenceRegistry | null = null;

async function start({ port, key, databaseFile, deviceIds, qos }: ConsumeInput): Promise<void> {
  const { flush } = openDatabase(databaseFile);
  const presence = new PresenceRegistry(
    {
      flush,
      clock: Date.now,
      heartbeat: { intervalS: 60, jitterS: 10 },
      thresholds: { jitterS: 10, graceS: 60 },
      onFlushError: fail,
    },
    [],
  );
  for (const deviceId of deviceIds) presence.connected(deviceId);
  registry = presence;
  const client = await connectAsync({
    protocol: 'mqtts',
    host: '127.0.0.1',
    servername: 'localhost',
    port,
    ca: key.caPem,
    key: key.keyPem,
    cert: key.certificatePem,
    clientId: 'consumer',
    protocolVersion: 4,
    keepalive: 120,
  });
  client.on('message', (topic, payload) => {
    const parsed = parseTopic(topic);
    const read = decode(deviceUp.heartbeat, payload);
    if (parsed?.kind !== 'device' || !read.ok) throw new Error(`not a heartbeat: ${topic}`);
    // Mosquitto acknowledged it to the device long before, so nobody waits for the flush here.
    void presence.heartbeat(parsed.deviceId, read.message, false);
  });
  await client.subscribeAsync('rollcall/1/devices/+/heartbeat', { qos });
}

serveCalls({ start, taken: () => registry?.heartbeats ?? 0 });
