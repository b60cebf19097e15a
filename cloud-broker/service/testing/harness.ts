/** A real server on a real store in a temporary folder, for the tests of http/ and operator/. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino, type Logger } from 'pino';
import { Accounts } from '../../users/accounts.ts';
import type { EnrolmentOutcome } from '../../enrolment/attempt.ts';
import { createSecrets, type Secrets } from '../../keys/secrets.ts';
import { localOperator, type OperatorServices } from '../../operator/local.ts';
import type { Operator } from '../../operator/operator.ts';
import { createPortal } from '../../portal/portal.ts';
import { ServiceClock } from '../clock.ts';
import type { EnrolInput } from '../../enrolment/facts.ts';
import { openStore } from '../store.ts';
import type { Store } from '../../store/port.ts';
import { Jobs } from '../jobs.ts';
import { startWebhooks } from '../webhook-delivery.ts';
import type { Deliverer } from '../../webhooks/deliverer.ts';
import { createMetrics, type Metrics } from '../../http/metrics.ts';
import { buildServer, type ServerParts } from '../server.ts';
import { cheapAccountsLibrary } from './cheap-passwords.ts';
import { testIssuer } from '../../../test/support/issuer.ts';
import { databaseUrlOf, dropDatabaseOf } from '../../../test/support/test-database.ts';
import { testLimits, type ChangedLimits } from './limits.ts';
import { SetPresence } from './set-presence.ts';

export const PASSWORD = 'correct horse battery';
export const HOST = 'localhost:8080';
export const ORIGIN = `http://${HOST}`;
export const TOKEN = 'an operator token of enough characters';

export interface TestDomain {
  id: number;
  name: string;
  /** Cookie of its domain admin. */
  cookie: string;
}

export interface HarnessOptions {
  publicUrl?: string;
  trustedProxies?: string[];
  operatorToken?: null;
  consoleFolder?: string;
  /** Whether webhooks may lead to this machine. */
  webhookPrivate?: boolean;
  limits?: ChangedLimits;
}

type Refused = Extract<EnrolmentOutcome, { outcome: 'rejected' }>;
type Outcome = Exclude<EnrolmentOutcome, Refused>;

export class Harness {
  readonly store: Store;
  readonly accounts: Accounts;
  readonly operator: Operator;
  readonly app: FastifyInstance;
  readonly secrets: Secrets;
  readonly presence: SetPresence;
  readonly webhooks: Deliverer;
  /** What the server was built of. */
  readonly deps: ServerParts;
  readonly routes: { method: string; url: string }[];
  /** Lines of the server's log. */
  readonly log: string[];
  now = Date.UTC(2026, 0, 5, 12);
  private readonly folder: string;

  constructor(
    parts: Pick<Harness, 'app' | 'deps' | 'presence' | 'webhooks' | 'routes' | 'log'> & {
      folder: string;
    },
  ) {
    this.deps = parts.deps;
    this.store = parts.deps.store;
    this.accounts = parts.deps.accounts;
    this.operator = parts.deps.operator;
    this.app = parts.app;
    this.secrets = parts.deps.secrets;
    this.presence = parts.presence;
    this.webhooks = parts.webhooks;
    this.routes = parts.routes;
    this.log = parts.log;
    this.folder = parts.folder;
  }

  /** An activated domain, and the cookie of its first user. */
  async domain(name: string): Promise<TestDomain> {
    await this.operator.createDomain({ name, email: `${name}@example.org`, password: PASSWORD, organization: `${name} schools` });
    const row = await this.store.reader.get<{ id: number }>('SELECT id FROM domains WHERE name = ?', name);
    return { id: row?.id ?? 0, name, cookie: await this.signIn(`admin@${name}`) };
  }

  /** Signs in, from an address of its own, and returns the cookie. */
  async signIn(user: string): Promise<string> {
    const address = `10.${randomBytes(3).join('.')}`;
    const { cookies } = await this.accounts.signIn({ user, password: PASSWORD, address, userAgent: 'test' });
    return (cookies[0] ?? '').split(';')[0] ?? '';
  }

  /** Gives the domain's first user another role, permission or tags: what inviting users will do. */
  async become(
    domain: TestDomain,
    as: { role: 'admin' | 'user' | 'domain-admin'; billing?: boolean; tags?: string[] },
  ): Promise<void> {
    await this.store.write('accountStatement', {
      text: 'UPDATE auth_user SET "role" = ?, "billing" = ?, "tags" = ? WHERE "domainId" = ? RETURNING 1',
      parameters: [as.role, as.billing === true ? 1 : 0, JSON.stringify(as.tags ?? []), domain.id],
    });
  }

  /** Lists a board that brings `credits` when it is enrolled. */
  async list(serial: string, credits: number): Promise<void> {
    const values = { serial, model: 'MX-65', credits, fulfilment: 'on-enrolment' };
    await this.store.write('importBoards', { now: this.now, actor: 'operator', lines: [{ line: 1, values }] });
  }

  /** One proved try to enrol; `key` tells device keys apart. Listed boards are accepted, others wait. */
  async enrol(
    domain: TestDomain,
    serial: string,
    key = randomBytes(32).toString('hex'),
    pairingHash: string | null = null,
  ): Promise<Outcome> {
    const attempt: EnrolInput = {
      now: this.now,
      unprovenLimit: this.deps.settings.unprovenLimit,
      domain: domain.name,
      board: { serial, serialSource: 'dmi', model: 'MX-65', os: 'linux', arch: 'x64', agentVersion: '1.0.0' },
      key: { fingerprint: key, pem: 'a public key' },
      renew: null,
      deviceSignature: 'valid',
      boardSignature: null,
      nonce: 'a nonce',
      pairingHash,
      overBudget: false,
      address: '192.0.2.1',
      correlationId: 'TEST0-TEST0',
      proposedId: randomBytes(16).toString('hex'),
    };
    const outcome = await this.store.write('enrol', attempt);
    if (outcome.outcome === 'accepted' || outcome.outcome === 'pending') return outcome;
    throw new Error(`not enrolled: ${JSON.stringify(outcome)}`);
  }

  /** Lists and enrols a board. */
  async device(domain: TestDomain, serial: string, credits = 100): Promise<string> {
    await this.list(serial, credits);
    return (await this.enrol(domain, serial)).deviceId;
  }

  /** A request with a session's cookie and from a page of ours. */
  async request(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    about: { cookie?: string; body?: object; headers?: Record<string, string> } = {},
  ) {
    const headers = {
      host: HOST,
      origin: ORIGIN,
      ...(about.cookie === undefined ? {} : { cookie: about.cookie }),
      ...about.headers,
    };
    const answer = await this.app.inject({ method, url, headers, ...(about.body === undefined ? {} : { payload: about.body }) });
    const json = (answer.headers['content-type'] ?? '').includes('json') ? (answer.json() as unknown) : null;
    return { status: answer.statusCode, json, text: answer.body, headers: answer.headers };
  }

  /** For tests that look at the books from outside. */
  get databaseFile(): string {
    return join(this.folder, 'rollcall.db');
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.webhooks.close();
    await this.store.close();
    await dropDatabaseOf(this.folder);
    await rm(this.folder, { recursive: true });
  }
}

function testMetrics(store: Store): Metrics {
  return createMetrics({
    rhythm: () => ({ intervalS: 60, jitterS: 10 }),
    commandsOpen: () => 0,
    books: () => ({ ok: true, sumAt: null, proofAt: null }),
    disk: () => ({ free: 1, size: 2 }),
    store: () => store.figures(),
    gateway: () => ({
      enrolmentSessions: 0,
      deviceSessions: 0,
      waiting: 0,
      entriesPerSecond: null,
      refused: { 'packet-too-large': 2 },
    }),
    heartbeats: () => 0,
    openDays: () => 0,
    mailsWaiting: () => 0,
    machine: () => ({ storable: true, walBytes: 0, logFailures: 0, clockOffS: 0 }),
    devices: () => ({ online: 1 }),
  });
}

const verifyLedger = async () => ({ ok: true, domains: 0, transfers: 0, sum: 0 });
const backup = async (file: string) => ({ file, bytes: 0, verified: true });

async function testWebhooks(
  parts: Omit<Parameters<typeof startWebhooks>[0], 'allowPrivate' | 'wake'> & { log: Logger },
  { webhookPrivate = false }: HarnessOptions,
): Promise<Deliverer> {
  const jobs = new Jobs<'webhooks'>(parts.log);
  const wake = (): void => jobs.wake('webhooks');
  // No test asks a name server.
  const webhooks = await startWebhooks({ ...parts, wake, allowPrivate: webhookPrivate, resolve: async () => [] });
  jobs.start([{ name: 'webhooks', everyMs: 60_000, run: async () => webhooks.look() }]);
  return webhooks;
}

function testOperator(parts: Pick<OperatorServices, 'store' | 'accounts' | 'secrets' | 'clock'>): Operator {
  const serviceClock = new ServiceClock({ machine: parts.clock, elapsed: parts.clock }, null);
  return localOperator({ ...parts, serviceClock, verifyLedger, backup, random: randomBytes });
}

export async function openHarness(options: HarnessOptions = {}): Promise<Harness> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-http-'));
  const problems: string[] = [];
  const onFatal = (error: Error): unknown => problems.push(String(error));
  const databaseUrl = await databaseUrlOf(folder);
  const store = await openStore({ folder, databaseUrl, onInternalError: (message) => problems.push(message), onFatal });
  store.signWith(testIssuer);
  const log: string[] = [];
  const presence = new SetPresence();
  const routes: { method: string; url: string }[] = [];
  let harness: Harness | null = null;
  const clock = (): number => harness?.now ?? 0;
  const publicUrl = options.publicUrl ?? null;
  const library = await cheapAccountsLibrary({
    store,
    secret: randomBytes(32).toString('hex'),
    publicUrl: publicUrl ?? 'http://localhost',
    log: (line) => log.push(line),
  });
  const secrets = createSecrets(randomBytes(32));
  const accounts = new Accounts({
    library: async () => library,
    store,
    publicUrl: publicUrl ?? 'http://localhost',
    secrets,
    clock,
    random: randomBytes,
    log: (line) => problems.push(line),
  });
  const portal = createPortal({
    store,
    secrets,
    passwords: accounts.passwords,
    cookieSecret: randomBytes(32).toString('hex'),
    publicUrl: publicUrl ?? 'http://localhost',
    clock,
    random: randomBytes,
    log: (line) => problems.push(line),
  });
  const operator = testOperator({ store, accounts, secrets, clock });
  const logger = pino({ level: 'info' }, { write: (line: string) => void log.push(line) });
  const webhooks = await testWebhooks({ store, secrets, presence, clock, log: logger }, options);
  const deps: ServerParts = {
    store,
    accounts,
    portal,
    operator,
    secrets,
    presence,
    webhooks,
    metrics: testMetrics(store),
    settings: {
      publicUrl,
      trustedProxies: options.trustedProxies ?? [],
      operatorToken: options.operatorToken === null ? null : TOKEN,
      unprovenLimit: 5000,
      consoleFolder: options.consoleFolder ?? join(folder, 'no-console'),
    },
    limits: testLimits(options.limits),
    discovery: () => ({ brokerUrl: 'mqtts://localhost:8883', ca: 'PEM' }),
    notReady: () => problems[0] ?? null,
    clock,
    random: randomBytes,
    log: logger,
    onRoute: (route) => routes.push(route),
  };
  harness = new Harness({ app: await buildServer(deps), deps, presence, webhooks, routes, log, folder });
  return harness;
}
