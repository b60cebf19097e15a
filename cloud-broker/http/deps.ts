import type { FastifyBaseLogger } from 'fastify';
import type { Discovery } from '../../protocol/api.ts';
import type { Secrets } from '../keys/secrets.ts';
import type { Store } from '../store/port.ts';
import { defaultConnectionLimits, type ConnectionLimits } from './connections.ts';
import type { Metrics } from './metrics.ts';

/** What presence knows of this moment, beside the rows of the store (P1). */
export interface LivePresence {
  /** Times in milliseconds since 1970; null where the device is on no roll. */
  of(deviceId: string): LiveState | null;
  /** P2: all devices that come and go now. */
  unstable(): ReadonlySet<string>;
  /** P4: until when states settle after a restart; null once they have. */
  readonly settlesAt: number | null;
  /** Tells the listener which devices were heard since the last call. */
  onHeartbeats(listener: (deviceIds: string[]) => void): void;
}

export interface LiveState {
  connected: boolean;
  /** P2: it comes and goes; false where nothing is known. */
  flapping?: boolean;
  lastHeartbeatAt: number | null;
  health: Record<string, number | string> | null;
}

interface HttpSettings {
  /** Where browsers find the service; null: only on loopback, under whatever name the request has. */
  publicUrl: string | null;
  /** Addresses or ranges of proxies whose forwarded addresses are believed. */
  trustedProxies: string[];
  /** Opens /api/v1/operator; without it those routes are not there. */
  operatorToken: string | null;
  /** Most unproven grants of the whole service in a day (E14). */
  unprovenLimit: number;
  /** Folder of the built console. */
  consoleFolder: string;
}

export interface HttpLimits {
  /** Requests of one address in 10 seconds; a wider IPv6 network has more (E10). */
  requestsPer10S: number;
  streamsPerSession: number;
  streamsInAll: number;
  stream: StreamTimes;
  connection: ConnectionLimits;
}

interface StreamTimes {
  /** Milliseconds between two looks at the session of a stream (A5: a stream ends within 5 s of it). */
  sessionCheckMs: number;
  /** Milliseconds between two signs that a quiet stream is alive: the console doubts it after 4 s without one. */
  aliveMs: number;
  /** Milliseconds over which heartbeats of one device become one update. */
  coalesceMs: number;
  /** Milliseconds that a reader may take nothing before it is dropped. */
  stallMs: number;
}

export const defaultHttpLimits: HttpLimits = {
  requestsPer10S: 600,
  streamsPerSession: 10,
  streamsInAll: 1000,
  stream: { sessionCheckMs: 3500, aliveMs: 1500, coalesceMs: 2000, stallMs: 30_000 },
  connection: defaultConnectionLimits,
};

/** What every route may use. A capability whose routes need more of it says so itself (`WithAccounts` and the like). */
export interface HttpDeps {
  store: Store;
  secrets: Secrets;
  presence: LivePresence;
  metrics: Metrics;
  settings: HttpSettings;
  limits: HttpLimits;
  /** S3: what devices are told of where to connect and whom to trust there. */
  discovery(): Pick<Discovery, 'brokerUrl' | 'ca'>;
  /** Why the service cannot take work now; null when it can. */
  notReady(): string | null;
  /** Milliseconds since 1970. */
  clock(): number;
  random(bytes: number): Uint8Array;
  log: FastifyBaseLogger;
  /** Told of every route as it is registered; a test holds that none is missing from its table (A4). */
  onRoute?(route: { method: string; url: string }): void;
}
