/** Wires the service together: nothing is decided here. */
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { errorText } from '../../protocol/error-text.ts';
import { crockfordCode } from '../../protocol/text.ts';
import type { ListeningAt } from '../operator/listening.ts';
import type { Operator } from '../operator/operator.ts';
import { addressesOf, brokerUrlOf } from './addresses.ts';
import { noteTakeOvers } from '../alerts/job.ts';
import { commandDispatcher } from './command-delivery.ts';
import type { Settings } from './config.ts';
import type { CommandDispatcher } from '../device-commands/dispatcher.ts';
import { createDeviceHandler, endRevoked, storedPresence } from './device-handler.ts';
import { pairingHash } from '../domains/pairing.ts';
import { EnrolmentService } from '../enrolment/service.ts';
import { defaultEnrolmentLimits } from '../enrolment/service-limits.ts';
import { startEmbeddedGateway } from '../gateway/embedded.ts';
import type { Gateway } from '../gateway/port.ts';
import { defaultHttpLimits } from '../http/deps.ts';
import type { Metrics } from '../http/metrics.ts';
import { buildOperatorServer } from './operator-server.ts';
import { buildServer, type ServerParts } from './server.ts';
import type { ServiceKeys } from '../keys/keys.ts';
import type { Secrets } from '../keys/secrets.ts';
import { openSocket } from '../operator/socket.ts';
import { LedgerIntegrity } from '../ledger/integrity-job.ts';
import { letters } from './letters.ts';
import { startMail } from '../mail/job.ts';
import { PresenceRegistry } from '../presence/presence-registry.ts';
import { jobList, type JobName } from './job-list.ts';
import { Jobs } from './jobs.ts';
import { enrolmentStore } from '../enrolment/store.ts';
import type { ServiceClock } from './clock.ts';
import { serviceMetrics } from './metrics.ts';
import { ServiceRuns } from './runs.ts';
import type { Store } from '../store/port.ts';
import { startWebhooks } from './webhook-delivery.ts';
import type { ServiceContext } from './context.ts';

/** Number of waiting writes beyond which the service asks a load balancer to pause. */
const BEHIND_WRITES = 10_000;
const CONSOLE_FOLDER = fileURLToPath(new URL('../../dist/console', import.meta.url));

function startEnrolment(
  parts: {
    store: Store;
    clock: ServiceClock;
    keys: ServiceKeys;
    secrets: Secrets;
    log: Logger;
    registry: PresenceRegistry;
    metrics: Metrics;
    settings: Settings;
  },
  brokerUrl: () => string,
): EnrolmentService {
  const { store, clock, keys, secrets, log, registry, metrics, settings } = parts;
  const enrolmentLog = log.child({ area: 'enrolment' });
  return new EnrolmentService({
    store: enrolmentStore(store, settings.unprovenLimit, () => clock.doubt !== null),
    pairingHash: (typed) => pairingHash(secrets, typed),
    newDeviceId: () => `d-${crockfordCode(randomBytes(16), 16).toLowerCase()}`,
    welcome: () => ({ ca: keys.publishedCaPem, brokerUrl: brokerUrl(), heartbeat: registry.rhythm }),
    clock: clock.now,
    randomBytes,
    random: Math.random,
    limits: defaultEnrolmentLimits,
    log: (entry) => {
      metrics.enrolment(entry.outcome, entry.code);
      enrolmentLog.info(entry, entry.outcome);
    },
  });
}

async function startRegistry({ store, clock }: ServiceContext, settings: Settings, log: Logger): Promise<PresenceRegistry> {
  const { intervalS, jitterS } = settings.heartbeat;
  return new PresenceRegistry(
    {
      flush: async (flush) => store.write('flushPresence', flush),
      clock: clock.now,
      heartbeat: settings.heartbeat,
      thresholds: { jitterS, graceS: Math.max(intervalS, 5) },
      onFlushError: (error) => log.error({ error: errorText(error) }, 'heartbeats could not be stored'),
    },
    await storedPresence(store),
  );
}

/** Admits devices. */
async function startGateway(parts: {
  store: Store;
  clock(): number;
  registry: PresenceRegistry;
  enrolment: EnrolmentService;
  commands: CommandDispatcher;
  keys: ServiceKeys;
  settings: Settings;
  log: Logger;
}): Promise<Gateway> {
  const { enrolment, keys, settings, log } = parts;
  return startEmbeddedGateway({
    ...settings.mqtt,
    tls: { ...keys.server, clientCaPem: keys.clientCaPem, ticketKeys: keys.ticketKeys },
    enrolment,
    devices: createDeviceHandler({ ...parts, tookOver: noteTakeOvers(parts) }),
    now: parts.clock,
    log,
  });
}

/**
 * Ends the sessions of devices whose certificates were revoked (E9), notifies waiting boards of decisions about them (E6), and warns the operator of
 * held grants (E14).
 */
function followCommits(parts: {
  store: Store;
  registry: PresenceRegistry;
  enrolment: EnrolmentService;
  metrics: Metrics;
  log: Logger;
  gateway(): Gateway | null;
}): void {
  const { store, registry, enrolment, metrics, log, gateway } = parts;
  store.onCommitted({
    revoked(devices) {
      for (const { deviceId } of devices) void endRevoked({ store, registry, gateway: gateway(), log }, deviceId);
    },
    decided(keys) {
      for (const { keyFingerprint } of keys) enrolment.decided(keyFingerprint);
    },
    warned(warnings) {
      for (const { reason, details } of warnings) {
        metrics.warned(reason);
        log.warn({ area: 'enrolment', reason, ...details }, 'unproven grants are held');
      }
    },
  });
}

/** Only the settings that the API needs. */
function httpSettings({ publicUrl, trustedProxies, operatorToken, unprovenLimit }: Settings): ServerParts['settings'] {
  return { publicUrl, trustedProxies, operatorToken, unprovenLimit, consoleFolder: CONSOLE_FOLDER };
}

/** What the parts provide once they are running. */
export interface RunningParts {
  listening: ListeningAt;
  operator: Operator;
}

/** Starts one part after another; `onStop` receives the function that ends each, and the last started is ended first. */
export async function startParts(
  context: ServiceContext,
  settings: Settings,
  log: Logger,
  onStop: (close: () => Promise<void>) => void,
): Promise<RunningParts> {
  const { store, clock, keys, accounts, portal, operator, secrets } = context;
  onStop(async () => context.checkpoint());
  const base = { store, log, clock: clock.now };
  const jobs = new Jobs<JobName>(log);
  const { stopping } = jobs;
  const runs = await ServiceRuns.begin({ ...base, wake: () => jobs.wake('service-runs') });
  onStop(async () => runs.end());
  const registry = await startRegistry(context, settings, log);
  onStop(async () => registry.close());
  const parts = { ...base, registry };
  const listening: { gateway: Gateway | null } = { gateway: null };
  const brokerUrl = (): string => brokerUrlOf(settings, listening.gateway?.port ?? settings.mqtt.port);
  const integrity = new LedgerIntegrity({ ...base, verify: context.proveBooks, stopping });
  const { dataFolder } = settings;
  const metrics = serviceMetrics({ ...parts, books: integrity, runs, clock, gateway: () => listening.gateway, dataFolder });
  const enrolment = startEnrolment({ store, clock, keys, secrets, log, registry, metrics, settings }, brokerUrl);
  followCommits({ ...parts, enrolment, metrics, gateway: () => listening.gateway });
  const commands = commandDispatcher({ ...base, gateway: () => listening.gateway });
  const gateway = await startGateway({ ...parts, enrolment, commands, keys, settings });
  onStop(async () => gateway.close());
  listening.gateway = gateway;
  const wakeWebhooks = (): void => jobs.wake('webhooks');
  const allowPrivate = settings.webhookPrivate;
  const webhooks = await startWebhooks({ ...base, secrets, presence: registry, allowPrivate, wake: wakeWebhooks });
  onStop(async () => webhooks.close());
  const deps: ServerParts = {
    ...base,
    accounts,
    portal,
    operator,
    secrets,
    presence: registry,
    webhooks,
    metrics,
    settings: httpSettings(settings),
    limits: defaultHttpLimits,
    discovery: () => ({ brokerUrl: brokerUrl(), ca: keys.publishedCaPem }),
    notReady: () => whyNotReady(store, runs),
    random: randomBytes,
  };
  const http = await buildServer(deps);
  onStop(async () => http.close());
  await http.listen(settings.http);
  const ports = { http: (http.server.address() as AddressInfo).port, mqtt: gateway.port };
  const addresses: ListeningAt = { ...addressesOf(settings, ports), ca: keys.caFile };
  const mailer = startMail({
    ...base,
    secrets,
    letters,
    settings,
    home: addresses.publicHttp,
    wake: () => jobs.wake('mail'),
    count: metrics.mail,
  });
  onStop(async () => mailer.close());
  jobs.start(jobList({ context, settings, log, registry, gateway, runs, integrity, commands, webhooks, mailer, stopping }));
  onStop(async () => jobs.stop());
  await listenToOperator(deps, addresses, dataFolder, onStop);
  return { listening: addresses, operator };
}

/** Opens the service to commands on this machine, as the last step: a caller that gets an answer finds the service complete. */
async function listenToOperator(
  deps: ServerParts,
  addresses: ListeningAt,
  dataFolder: string,
  onStop: (close: () => Promise<void>) => void,
): Promise<void> {
  const server = await buildOperatorServer(deps, () => addresses);
  try {
    const socket = await openSocket(dataFolder, async (path) => server.listen({ path }));
    onStop(async () => {
      await server.close();
      socket.close();
    });
  } catch (error) {
    // Some mounted folders do not support sockets. Displays are served all the same.
    const reason = errorText(error);
    deps.log.error({ reason }, 'commands on this machine cannot reach the service: its data folder takes no socket');
  }
}

/** The reason given by /readyz; null if the service can accept work. */
function whyNotReady(store: Store, runs: ServiceRuns): string | null {
  if (runs.failure !== null) return `nothing can be stored: ${runs.failure}`;
  return store.figures().waiting > BEHIND_WRITES ? 'the store is behind' : null;
}
