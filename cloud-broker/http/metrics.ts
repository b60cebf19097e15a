import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** What /metrics shows. Only aggregate numbers: no domain, device, address or name is ever a label. */
export interface Metrics {
  /** One decision of the enrolment desk; `code` is that of a refusal or of a wait. */
  enrolment(outcome: string, code: string | undefined): void;
  request(status: number): void;
  /** One try to send a mail. */
  mail(outcome: 'sent' | 'retry' | 'given-up'): void;
  /** How open event streams are counted; called once, by the server that has them. */
  watchStreams(count: () => number): void;
  /** The Prometheus text. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Figures that are read when somebody asks for them. */
export interface MetricSources {
  store(): { waiting: number; commitMs: readonly number[] };
  gateway(): { enrolmentSessions: number; deviceSessions: number; refused: Record<string, number> };
  /** Devices on the roll by status, over all domains. */
  devices(): Record<string, number>;
  /** Heartbeats taken since the start. */
  heartbeats(): number;
  /** Days of use that the domain behind all others has open (L6). */
  openDays(): number;
  /** Mails in the outbox. */
  mailsWaiting(): number;
}

/** The value below which `share` of the values lie; 0 for none. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  const metric: Gauge = new Gauge({ name, help, registers: [registry], collect: () => metric.set(read()) });
}

function labelledGauge(
  registry: Registry,
  about: { name: string; help: string; label: string },
  read: () => Record<string, number>,
): void {
  const { name, help, label } = about;
  const metric: Gauge = new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect: () => {
      for (const [value, figure] of Object.entries(read())) metric.set({ [label]: value }, figure);
    },
  });
}

/** A registry of its own, so that two servers in one process do not meet. Event loop lag is among prom-client's default figures. */
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
  gauge(
    registry,
    'rollcall_usage_days_open',
    'Days of use, over and not closed, of the domain behind all others; more than 7 wait for the operator.',
    () => sources.openDays(),
  );
  gauge(registry, 'rollcall_mails_waiting', 'Mails that wait to be sent.', () => sources.mailsWaiting());
  gauge(registry, 'rollcall_store_waiting', 'Writes that wait for their commit.', () => sources.store().waiting);
  labelledGauge(
    registry,
    { name: 'rollcall_store_commit_ms', help: 'Milliseconds of the last commits.', label: 'quantile' },
    () => {
      const sorted = sources.store().commitMs.toSorted((a, b) => a - b);
      return { '0.5': quantile(sorted, 0.5), '0.99': quantile(sorted, 0.99) };
    },
  );
  gauge(registry, 'rollcall_enrolment_sessions', 'Open enrolment sessions.', () => sources.gateway().enrolmentSessions);
  gauge(registry, 'rollcall_device_sessions', 'Open device sessions.', () => sources.gateway().deviceSessions);
  labelledGauge(
    registry,
    { name: 'rollcall_gateway_refused', help: 'Connections and messages refused since the start, by reason.', label: 'reason' },
    () => sources.gateway().refused,
  );
  labelledGauge(registry, { name: 'rollcall_devices', help: 'Enrolled devices by status.', label: 'status' }, () =>
    sources.devices(),
  );
  gauge(registry, 'rollcall_heartbeats_total', 'Heartbeats taken since the start.', () => sources.heartbeats());
  return {
    watchStreams: (count) => gauge(registry, 'rollcall_event_streams', 'Open event streams.', count),
    enrolment: (outcome, code) => enrolments.inc({ outcome, code: code ?? 'none' }),
    request: (status) => requests.inc({ status: `${Math.floor(status / 100)}xx` }),
    mail: (outcome) => mails.inc({ outcome }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
