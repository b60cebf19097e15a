/**
 * `devices-page`: the first page of GET /devices for every offered filter and sort, in a domain of 100,000 devices beside one of
 * 1,000 in the same service; and how long it takes while that service takes 5,000 heartbeats a second, beside a bare fastify that answers with such a page.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { deviceSorts, deviceStatuses } from '../../protocol/api.ts';
import type { Size } from './measure.ts';
import { Child, usageOf } from './child.ts';
import { seedDomains } from './load/domains.ts';
import { seedFleet, type Fleet } from './load/fleet.ts';
import type { BeatInput, Beaten, ConnectInput, Connected, OpenInput } from './load/heartbeats.ts';
import type { Read, ReadInput, SignInInput } from './load/http-reader.ts';
import { ServiceProcess } from './load/service.ts';
import { judge, quantile, type Comparison, type Pair } from './measure.ts';

const SCALES = {
  full: { large: 100_000, small: 1000, pairs: 6, times: 6, fleet: 500, perSecond: 5000, rounds: 6, seconds: 3 },
  smoke: { large: 2000, small: 200, pairs: 1, times: 2, fleet: 20, perSecond: 100, rounds: 1, seconds: 0.5 },
};
type Scale = (typeof SCALES)[Size];

/** Of a bare fastify's slowest pages at the same time. */
const AT_MOST = 3;
/** Questions from one side before the other is asked. */
const IN_TURN = 10;
/** Between two pages while heartbeats come in: some 75 pages a second, as many as thousands of admins ask for. */
const REST_MS = 10;
const PASSWORD = 'devices-page-1';
const DOMAINS = ['small', 'large'] as const;
type Domain = (typeof DOMAINS)[number];
const LOAD = join(import.meta.dirname, 'load');

/** What a person may ask for, with what SQL says it holds. `of` is the number of devices in the domain. */
interface Filter {
  name: string;
  query(domain: Domain, of: number): Record<string, string>;
}

const serialOf = (domain: Domain, n: number): string => `SN-${domain.slice(0, 2).toUpperCase()}${String(n).padStart(7, '0')}`;

const filters: Filter[] = [
  { name: 'all', query: () => ({}) },
  ...deviceStatuses.map((status) => ({ name: `status ${status}`, query: () => ({ status }) })),
  { name: 'a common tag', query: () => ({ tag: 'ground floor' }) },
  { name: 'a rare tag', query: () => ({ tag: 'loan' }) },
  { name: 'status and tag', query: () => ({ status: 'online', tag: 'library' }) },
  { name: 'a model', query: () => ({ model: 'SBID-GX165' }) },
  { name: 'a firmware and a status', query: () => ({ firmware: '2.4.1', status: 'online' }) },
  { name: 'search: a serial', query: (domain, of) => ({ q: serialOf(domain, of / 2) }) },
  { name: 'search: a room', query: (_domain, of) => ({ q: `Room ${of - 2}` }) },
  { name: 'search: nothing', query: () => ({ q: 'planetarium' }) },
  { name: 'search: a model', query: () => ({ q: 'gx165' }) },
  { name: 'search: most', query: () => ({ q: 'Room' }) },
  { name: 'search: two letters', query: () => ({ q: 'sn' }) },
  { name: 'status and search', query: () => ({ status: 'offline', q: 'Room' }) },
  { name: 'silent for long', query: () => ({ silent: 'before-7d' }) },
  { name: 'enrolled lately', query: () => ({ enrolled: 'within-30d' }) },
  { name: 'comes and goes', query: () => ({ unstable: 'true' }) },
];

interface Question {
  filter: string;
  sort: string;
  paths: Record<Domain, string>;
  /** Null where the time that passes while it is asked changes it. */
  totals: Record<Domain, number | null>;
}

/** Every filter with every sort, and what each must answer. */
function questions(scale: Scale, databaseFile: string): Question[] {
  const db = new DatabaseSync(databaseFile, { readOnly: true });
  const counted = db.prepare(`SELECT count(*) AS total FROM devices d JOIN domains o ON o.id = d.domain_id WHERE o.name = :domain
    AND state <> 'unenrolled' AND (:status IS NULL OR status = :status) AND (:tag IS NULL OR EXISTS (SELECT 1 FROM json_each(tags) WHERE value = :tag))
    AND (:model IS NULL OR model = :model) AND (:firmware IS NULL OR firmware = :firmware)
    AND (:q IS NULL OR instr(lower(label), :q) OR instr(lower(serial), :q) OR instr(lower(model), :q) OR instr(lower(d.id), :q))`);
  const total = (domain: Domain, { status, tag, q, model, firmware, ...ofTime }: Record<string, string>): number | null =>
    Object.keys(ofTime).length > 0
      ? null
      : Number(
          counted.get({
            domain,
            status: status ?? null,
            tag: tag ?? null,
            q: q?.toLowerCase() ?? null,
            model: model ?? null,
            firmware: firmware ?? null,
          })?.['total'],
        );
  try {
    return filters.flatMap(({ name, query }) => {
      const asked = { small: query('small', scale.small), large: query('large', scale.large) };
      const totals = { small: total('small', asked.small), large: total('large', asked.large) };
      const path = (domain: Domain, sort: string): string =>
        `/devices?${new URLSearchParams({ ...asked[domain], sort }).toString()}`;
      return deviceSorts.map((sort) => ({
        filter: name,
        sort,
        paths: { small: path('small', sort), large: path('large', sort) },
        totals,
      }));
    });
  } finally {
    db.close();
  }
}

class Reader {
  private readonly child = new Child(join(LOAD, 'http-reader.ts'));
  private readonly bare = new Child(join(LOAD, 'bare-page.ts'));
  /** Its share of a core, call by call. */
  readonly busy: number[] = [];

  async signIn(origin: string): Promise<void> {
    for (const domain of DOMAINS)
      await this.child.call('signIn', { origin, user: `admin@${domain}`, password: PASSWORD } satisfies SignInInput);
  }

  /** Fails where an answer is not what the store holds. */
  async read(domain: Domain, asked: readonly Question[], times: number, restMs = 0): Promise<number[][]> {
    const paths = asked.map((question) => question.paths[domain]);
    const input: ReadInput = { user: `admin@${domain}`, paths, times, restMs };
    const read = await this.child.call<Read>('read', input);
    this.busy.push(read.cpuSeconds / read.seconds);
    for (const [index, { filter, totals }] of asked.entries()) {
      const answer = read.last[index];
      const ids = new Set(answer?.items.map(({ id }) => id));
      const expected = totals[domain] ?? answer?.total ?? 0;
      if (answer?.total !== expected || ids.size !== Math.min(50, expected))
        throw new Error(`${domain}, ${filter}: ${answer?.total} devices, ${ids.size} shown, ${expected} expected`);
    }
    return read.ms;
  }

  /** Starts a fastify that only answers with the page of this question, whatever it is asked. */
  async startBare({ paths }: Question): Promise<void> {
    const input: ReadInput = { user: 'admin@large', paths: [paths.large], times: 1, restMs: 0 };
    const [page] = (await this.child.call<Read>('read', input)).last;
    const origin = await this.bare.call<string>('listen', { page });
    await this.child.call('signIn', { origin, user: 'bare', password: PASSWORD } satisfies SignInInput);
  }

  async readBare(asked: readonly Question[]): Promise<number[]> {
    const paths = asked.map((question) => question.paths.large);
    const input: ReadInput = { user: 'bare', paths, times: 1, restMs: REST_MS };
    return (await this.child.call<Read>('read', input)).ms.flat();
  }

  async stop(): Promise<void> {
    await this.child.stop();
    await this.bare.stop();
  }
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const middle = (values: readonly number[]): number => quantile(values, 0.5);

/** Each filter by its worst sort. */
async function ratios(reader: Reader, asked: readonly Question[], { pairs, times }: Scale): Promise<Comparison[]> {
  const byFilter = new Map<string, Comparison>();
  for (const question of asked) {
    const counted: Pair[] = [];
    for (let round = 0; round <= pairs; round += 1) {
      const ours = (await reader.read('large', [question], times)).flat();
      const other = (await reader.read('small', [question], times)).flat();
      if (round > 0) counted.push({ ours: middle(ours), other: middle(other) });
    }
    const figure = `${question.filter}, by ${question.sort}`;
    const { large, small } = question.totals;
    const note = large === null ? 'depends on the time' : `${large} and ${small} devices match`;
    const found: Comparison = { bench: 'devices-page', figure, unit: 'ms', bound: { atMost: 1.3 }, pairs: counted, note };
    const worst = byFilter.get(question.filter);
    if (worst === undefined || judge(found).ratio > judge(worst).ratio) byFilter.set(question.filter, found);
  }
  return [...byFilter.values()];
}

async function connectedFleet(fleet: Fleet, devices: number, port: number): Promise<Child> {
  const load = new Child(join(LOAD, 'heartbeats.ts'));
  await load.call('open', { fleetFile: fleet.file, devices } satisfies OpenInput);
  const { connected } = await load.call<Connected>('connect', { port, atOnce: 32 } satisfies ConnectInput);
  if (connected !== devices) throw new Error(`only ${connected} of ${devices} devices are connected`);
  return load;
}

/** Pages of the large domain while heartbeats come in: the slowest of a hundred. */
async function underLoad(
  service: ServiceProcess,
  reader: Reader,
  asked: readonly Question[],
  parts: { fleet: Fleet; scale: Scale },
): Promise<Comparison> {
  const { perSecond, rounds, seconds, fleet: devices } = parts.scale;
  const [first] = asked;
  if (first === undefined) throw new Error('nothing is asked');
  await reader.startBare(first);
  const load = await connectedFleet(parts.fleet, devices, service.mqttPort);
  const pairs: Pair[] = [];
  const busy: { service: number; load: number }[] = [];
  let pages = 0;
  let slowest = 0;
  try {
    for (let round = 0; round <= rounds; round += 1) {
      const before = await service.metric('rollcall_heartbeats_total');
      const spent = usageOf(service.pid).cpuSeconds;
      let beating = true;
      const beats = load.call<Beaten>('beat', { perSecond, seconds, qos: 1 } satisfies BeatInput).finally(() => {
        beating = false;
      });
      const [ms, bareMs]: [number[], number[]] = [[], []];
      for (let from = 0; beating; from = (from + IN_TURN) % asked.length) {
        const some = asked.slice(from, from + IN_TURN);
        ms.push(...(await reader.read('large', some, 1, REST_MS)).flat());
        bareMs.push(...(await reader.readBare(some)));
      }
      const beaten = await beats;
      const share = (usageOf(service.pid).cpuSeconds - spent) / beaten.seconds;
      const taken = (await service.metric('rollcall_heartbeats_total')) - before;
      if (taken !== beaten.sent || beaten.acknowledged !== beaten.sent)
        throw new Error(`${taken} heartbeats were taken, ${beaten.acknowledged} acknowledged, ${beaten.sent} sent`);
      if (round === 0) continue;
      pairs.push({ ours: quantile(ms, 0.99), other: quantile(bareMs, 0.99) });
      busy.push({ service: share, load: beaten.cpuSeconds / beaten.seconds });
      pages += ms.length;
      slowest = Math.max(slowest, ...ms);
    }
  } finally {
    await load.stop();
  }
  const note = `${pages} pages of every filter and sort, slowest ${slowest.toFixed(1)} ms; service ${percent(middle(busy.map((share) => share.service)))} of a core, \
heartbeats' load ${percent(middle(busy.map((share) => share.load)))}, reader ${percent(reader.busy.at(-1) ?? 0)}`;
  const figure = `p99 at ${perSecond} heartbeats/s (QoS 1), against a bare fastify`;
  return { bench: 'devices-page', figure, unit: 'ms', bound: { atMost: AT_MOST }, pairs, note };
}

/** A data folder with both domains, each with its first user, and a fleet of devices that can connect. */
async function seeded(folder: string, scale: Scale): Promise<Fleet> {
  const fleet = await seedFleet(folder, scale.fleet);
  const service = await ServiceProcess.start(folder);
  try {
    const operator = service.operator();
    for (const name of DOMAINS) await operator.createDomain({ name, email: `admin@${name}.example`, password: PASSWORD });
  } finally {
    await service.stop();
  }
  seedDomains(
    join(folder, 'rollcall.db'),
    DOMAINS.map((name) => ({ name, devices: scale[name] })),
  );
  return fleet;
}

export async function devicesPage(size: Size): Promise<Comparison[]> {
  const scale = SCALES[size];
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  const reader = new Reader();
  let service: ServiceProcess | null = null;
  try {
    const fleet = await seeded(folder, scale);
    service = await ServiceProcess.start(folder, { environment: { ROLLCALL_TRUSTED_PROXIES: '127.0.0.1' } });
    const asked = questions(scale, join(folder, 'rollcall.db'));
    await reader.signIn(service.http);
    const compared = await ratios(reader, asked, scale);
    return [...compared, await underLoad(service, reader, asked, { fleet, scale })];
  } finally {
    await reader.stop();
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
