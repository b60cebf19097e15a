import type { FastifyBaseLogger } from 'fastify';
import type { Discovery } from '../../protocol/api.ts';
import type { Secrets } from '../keys/secrets.ts';
import type { Store } from '../store/port.ts';
import { defaultConnectionLimits, type ConnectionLimits } from './connections.ts';
import type { Metrics } from './metrics.ts';

/** What presence currently knows, beyond the rows of the store (P1). */
export interface LivePresence {
  /** Times in milliseconds since 1970; null if presence does not track the device. */
  of(deviceId: string): LiveState | null;
  /** P2: all devices that are currently flapping. */
  unstable(): ReadonlySet<string>;
  /** P4: when states settle after a restart; null once they have. */
  readonly settlesAt: number | null;
  /** Notifies the listener of the devices heard since the last call. */
  onHeartbeats(listener: (deviceIds: string[]) => void): void;
}

export interface LiveState {
  connected: boolean;
  /** P2: it keeps reconnecting; false if nothing is known. */
  flapping?: boolean;
  lastHeartbeatAt: number | null;
  health: Record<string, number | string> | null;
}

interface HttpSettings {
  /** The URL where browsers reach the service; null: only on loopback, under any name the request uses. */
  publicUrl: string | null;
  /** Addresses or ranges of proxies whose forwarded addresses are trusted. */
  trustedProxies: string[];
  /** Opens /api/v1/operator; without it those routes do not exist. */
  operatorToken: string | null;
  /** Maximum unproven grants per day for the whole service (E14). */
  unprovenLimit: number;
  /** Folder of the built console. */
  consoleFolder: string;
}

export interface HttpLimits {
  /** Requests of one address in 10 seconds; a wider IPv6 network gets more (E10). */
  requestsPer10S: number;
  streamsPerSession: number;
  streamsInAll: number;
  stream: StreamTimes;
  connection: ConnectionLimits;
}

interface StreamTimes {
  /** Milliseconds between checks of a stream's session (A5: a stream ends within 5 s of its session). */
  sessionCheckMs: number;
  /** Milliseconds between signs of life of a quiet stream: the console suspects a lost link after 4 s without one. */
  aliveMs: number;
  /** Milliseconds over which heartbeats of one device are merged into one update. */
  coalesceMs: number;
  /** Milliseconds a reader may take nothing before it is dropped. */
  stallMs: number;
}

export const defaultHttpLimits: HttpLimits = {
  requestsPer10S: 600,
  streamsPerSession: 10,
  streamsInAll: 1000,
  stream: { sessionCheckMs: 3500, aliveMs: 1500, coalesceMs: 2000, stallMs: 30_000 },
  connection: defaultConnectionLimits,
};

/** What every route may use. A capability whose routes need more declares it itself (`WithAccounts` and the like). */
export interface HttpDeps {
  store: Store;
  secrets: Secrets;
  presence: LivePresence;
  metrics: Metrics;
  settings: HttpSettings;
  limits: HttpLimits;
  /** S3: where devices are told to connect, and which CA to trust there. */
  discovery(): Pick<Discovery, 'brokerUrl' | 'ca'>;
  /** Why the service cannot accept work now; null if it can. */
  notReady(): string | null;
  /** Milliseconds since 1970. */
  clock(): number;
  random(bytes: number): Uint8Array;
  log: FastifyBaseLogger;
  /** Called for every route as it is registered; a test checks that none is missing from its table (A4). */
  onRoute?(route: { method: string; url: string }): void;
}
