import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { WarningReason } from '../store/effects.ts';

/** The contents of /metrics. Only aggregate numbers: no domain, device, address or name is ever a label. */
export interface Metrics {
  /** One decision of the enrolment service; `code` is that of a refusal or a pending answer. */
  enrolment(outcome: string, code: string | undefined): void;
  request(status: number): void;
  /** The operator was warned about held unproven grants (E14). */
  warned(reason: WarningReason): void;
  /** One attempt to send a mail. */
  mail(outcome: 'sent' | 'retry' | 'given-up'): void;
  /** One commit of the store, in milliseconds. */
  commit(ms: number): void;
  /** Supplies the count of open event streams; called once, by the server that has them. */
  watchStreams(count: () => number): void;
  /** The Prometheus text. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Figures that are read on request. */
export interface MetricSources {
  store(): { waiting: number };
  gateway(): {
    enrolmentSessions: number;
    deviceSessions: number;
    waiting: number;
    entriesPerSecond: number | null;
    refused: Record<string, number>;
  };
  /** Devices over all domains: by status, waiting for approval, and connected. */
  devices(): Record<string, number> | Promise<Record<string, number>>;
  /** Heartbeat interval and jitter sent to devices, in seconds (P4). */
  rhythm(): { intervalS: number; jitterS: number };
  /** Open commands (P8). */
  commandsOpen(): number | Promise<number>;
  /** The results of the last checks of the books, and their times (milliseconds since 1970). */
  books(): { ok: boolean; sumAt: number | null; proofAt: number | null };
  /** The disk that holds the data folder, in bytes. */
  disk(): { free: number; size: number };
  /** Heartbeats accepted since the start. */
  heartbeats(): number;
  /** Open usage days of the domain that is furthest behind (L6). */
  openDays(): number | Promise<number>;
  /** Mails in the outbox. */
  mailsWaiting(): number | Promise<number>;
  /**
   * What the machine allows the service: whether it can store, the bytes of the write-ahead log, failed writes of the service's own log, and by how
   * many seconds its clock is off while it is not trusted, else 0.
   */
  machine(): { storable: boolean; walBytes: number; logFailures: number; clockOffS: number };
}

/** Upper bounds of the commit histogram, in seconds: around P5's 250 ms and the usual 1 to 20 ms. */
const COMMIT_BUCKETS_S = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5];

function gauge(registry: Registry, name: string, help: string, read: () => number | Promise<number>): void {
  const metric: Gauge = new Gauge({ name, help, registers: [registry], collect: async () => metric.set(await read()) });
}

function labelledGauge(
  registry: Registry,
  about: { name: string; help: string; label: string },
  read: () => Record<string, number> | Promise<Record<string, number>>,
): void {
  const { name, help, label } = about;
  const metric: Gauge = new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect: async () => {
      for (const [value, figure] of Object.entries(await read())) metric.set({ [label]: value }, figure);
    },
  });
}

/** A separate registry, so that two servers in one process do not collide. Event loop lag is one of prom-client's default figures. */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const enrolments = new Counter({
    name: 'rollcall_enrolments_total',
    help: 'Decisions about enrolments.',
    labelNames: ['outcome', 'code'],
    registers,
  });
  const requests = new Counter({
    name: 'rollcall_http_requests_total',
    help: 'HTTP answers by class of status.',
    labelNames: ['status'],
    registers,
  });
  const mails = new Counter({
    name: 'rollcall_mails_total',
    help: 'Tries to send a mail: sent, failed and tried again, given up.',
    labelNames: ['outcome'],
    registers,
  });
  const warnings = new Counter({
    name: 'rollcall_unproven_warnings_total',
    help: 'Warnings about unproven grants that are held: the boards of an invoice turned up in a second domain, or the limit of the service is spent.',
    labelNames: ['reason'],
    registers,
  });
  // Starts at 0, so that the first one shows as an increase.
  for (const reason of ['invoice-split', 'service-limit'] satisfies WarningReason[]) warnings.inc({ reason }, 0);
  const commits = new Histogram({
    name: 'rollcall_commit_seconds',
    help: 'Commits of the store, from their beginning until they are on disk.',
    buckets: COMMIT_BUCKETS_S,
    registers,
  });
  gaugesOfStore(registry, sources);
  gaugesOfDevices(registry, sources);
  return {
    watchStreams: (count) => gauge(registry, 'rollcall_event_streams', 'Open event streams.', count),
    enrolment: (outcome, code) => enrolments.inc({ outcome, code: code ?? 'none' }),
    request: (status) => requests.inc({ status: `${Math.floor(status / 100)}xx` }),
    mail: (outcome) => mails.inc({ outcome }),
    warned: (reason) => warnings.inc({ reason }),
    commit: (ms) => commits.observe(ms / 1000),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function gaugesOfStore(registry: Registry, sources: MetricSources): void {
  gauge(
    registry,
    'rollcall_usage_days_open',
    'Days of use, over and not closed, of the domain behind all others; more than 7 wait for the operator.',
    async () => sources.openDays(),
  );
  gauge(registry, 'rollcall_mails_waiting', 'Mails that wait to be sent.', async () => sources.mailsWaiting());
  gauge(registry, 'rollcall_commands_open', 'Commands to devices that have not ended.', async () => sources.commandsOpen());
  gauge(registry, 'rollcall_store_waiting', 'Writes that wait for their commit.', () => sources.store().waiting);
  gauge(registry, 'rollcall_disk_free_bytes', 'Room left on the disk of the data folder.', () => sources.disk().free);
  gauge(registry, 'rollcall_disk_size_bytes', 'Size of the disk of the data folder.', () => sources.disk().size);
  gauge(registry, 'rollcall_ledger_ok', '1 where the last checks found the books right, else 0.', () =>
    sources.books().ok ? 1 : 0,
  );
  gauge(registry, 'rollcall_store_writable', '1 where the last try to store anything worked, else 0.', () =>
    sources.machine().storable ? 1 : 0,
  );
  gauge(
    registry,
    'rollcall_wal_bytes',
    'Size of the write-ahead log beside the database; it grows while anything reads on from an old moment.',
    () => sources.machine().walBytes,
  );
  gauge(
    registry,
    'rollcall_clock_off_seconds',
    'By how much the machine’s clock differs from the service’s time while it is not believed; 0 while it is.',
    () => sources.machine().clockOffS,
  );
  gauge(
    registry,
    'rollcall_log_failures_total',
    'Writes of the service’s own log that failed since the start, and lines lost by it.',
    () => sources.machine().logFailures,
  );
  labelledGauge(
    registry,
    {
      name: 'rollcall_ledger_checked_timestamp_seconds',
      help: 'When the books were checked last: that their balances sum to zero, and all of them; 0: not since the start.',
      label: 'check',
    },
    () => {
      const { sumAt, proofAt } = sources.books();
      return { sum: (sumAt ?? 0) / 1000, proof: (proofAt ?? 0) / 1000 };
    },
  );
}

function gaugesOfDevices(registry: Registry, sources: MetricSources): void {
  gauge(registry, 'rollcall_enrolment_sessions', 'Open enrolment sessions.', () => sources.gateway().enrolmentSessions);
  gauge(registry, 'rollcall_device_sessions', 'Open device sessions.', () => sources.gateway().deviceSessions);
  labelledGauge(
    registry,
    { name: 'rollcall_gateway_refused', help: 'Connections and messages refused since the start, by reason.', label: 'reason' },
    () => sources.gateway().refused,
  );
  gauge(
    registry,
    'rollcall_connections_waiting',
    'Connections that wait for their turn to shake hands.',
    () => sources.gateway().waiting,
  );
  gauge(
    registry,
    'rollcall_entries_per_second',
    'Connections a second that got through while others waited; 0 until some had to.',
    () => sources.gateway().entriesPerSecond ?? 0,
  );
  labelledGauge(
    registry,
    { name: 'rollcall_devices', help: 'Devices by status; and, whatever their status, those connected.', label: 'status' },
    async () => sources.devices(),
  );
  gauge(registry, 'rollcall_heartbeat_interval_seconds', 'The interval that devices are told.', () => sources.rhythm().intervalS);
  gauge(registry, 'rollcall_heartbeat_jitter_seconds', 'The jitter that devices are told.', () => sources.rhythm().jitterS);
  gauge(registry, 'rollcall_heartbeats_total', 'Heartbeats taken since the start.', () => sources.heartbeats());
}
