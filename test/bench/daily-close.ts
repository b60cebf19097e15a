/**
 * `daily-close`: closes one day of 1,000 domains with 100 devices each through the service's store (L6), in the pieces of the daily
 * job, against the very rows written by bare multi-row statements in as many commits. How long the writer was held at most is told too.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { closeOpenDays } from '../../cloud-broker/ledger/close-days.ts';
import { trialEnd } from '../../cloud-broker/domains/rules/status.ts';
import { firstChargedDay, startOf } from '../../cloud-broker/ledger/rules/usage.ts';
import { verifyLedger } from '../../cloud-broker/ledger/verify-books.ts';
import { openStore } from '../../cloud-broker/service/store.ts';
import type { Store } from '../../cloud-broker/store/port.ts';
import { testIssuer } from '../support/issuer.ts';
import { BareDays, readDay } from './bare-days.ts';
import type { Size } from './measure.ts';
import type { Comparison, Pair } from './measure.ts';

const NOW = Date.UTC(2026, 10, 23);
const FIRST_DAY = firstChargedDay(trialEnd(NOW));
/** As many as the job closes in one write. */
const AT_ONCE = 50;
/** The writer shall not be held longer, in milliseconds. */
const HOLD_MS = 20;
const CREDITS = 1_000_000;

const SCALES = { full: { domains: 1000, devices: 100, pairs: 7 }, smoke: { domains: 60, devices: 20, pairs: 1 } };
type Scale = (typeof SCALES)['full'];

async function opened(folder: string): Promise<Store> {
  const fail = (reason: unknown): void => {
    throw new Error(`the store failed: ${String(reason)}`);
  };
  const store = await openStore({ folder, onInternalError: fail, onFatal: fail });
  store.signWith(testIssuer);
  return store;
}

/** Activated domains, each with one board that brings enough for years. */
async function makeDomains(store: Store, domains: number): Promise<void> {
  const lines = Array.from({ length: domains }, (_, n) => ({
    line: n + 1,
    values: { serial: `B-${n}`, model: 'M', credits: CREDITS, fulfilment: 'on-enrolment' },
  }));
  await store.write('importBoards', { now: NOW, actor: 'bench', lines });
  const make = async (n: number): Promise<void> => {
    const about = { email: 'a@bench.example', organization: 'Bench', contactName: '', phone: '' };
    await store.write('createDomain', { now: NOW, name: `bench${n}`, ...about, activatedBy: 'bench' });
    const outcome = await store.write('enrol', {
      now: NOW,
      domain: `bench${n}`,
      board: { serial: `B-${n}`, serialSource: 'dmi', model: 'M', os: 'Linux', arch: 'x64', agentVersion: '1' },
      key: { fingerprint: `key ${n}`, pem: 'key' },
      renew: null,
      deviceSignature: 'valid',
      boardSignature: null,
      nonce: '',
      pairingHash: null,
      overBudget: false,
      address: '127.0.0.1',
      correlationId: 'BENCH-00000',
      unprovenLimit: domains,
      proposedId: `d-first-${n}`,
    });
    if (outcome.outcome !== 'accepted') throw new Error(JSON.stringify(outcome));
  };
  await Promise.all(Array.from({ length: domains }, (_, n) => make(n)));
}

/** The other devices of each domain, as rows. */
function addDevices(file: string, devices: number): void {
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA synchronous = OFF; BEGIN IMMEDIATE');
    db.prepare(
      `WITH RECURSIVE counted (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM counted WHERE n < ?)
       INSERT INTO devices (id, domain_id, state, identity, serial, serial_key, serial_source, key_fingerprint, public_key, model, os, arch,
         agent_version, label, status_since, enrolled_at)
       SELECT lower(hex(randomblob(8))), d.id, 'enrolled', 'serial', 'S-' || d.id || '-' || n, 's-' || d.id || '-' || n, 'dmi',
         lower(hex(randomblob(32))), 'key', 'M', 'Linux', 'x64', '1', 'S-' || n, ?, ? FROM domains d, counted`,
    ).run(devices, NOW, NOW);
    db.prepare(
      `INSERT INTO enrolment_spans (device_id, domain_id, from_at)
       SELECT id, domain_id, enrolled_at FROM devices WHERE id NOT IN (SELECT device_id FROM enrolment_spans)`,
    ).run();
    db.exec('COMMIT');
  } finally {
    db.close();
  }
}

interface Measured {
  perSecond: Pair[];
  holds: Pair[];
}

/** Ours closes a day, then the bare rows of that day are written: A B A B; the first pair is not counted. */
async function measure(folder: string, { domains, devices, pairs }: Scale): Promise<Measured> {
  const file = join(folder, 'rollcall.db');
  const bareFile = join(folder, 'bare.db');
  const making = await opened(folder);
  await makeDomains(making, domains);
  await making.close();
  addDevices(file, devices);
  await copyFile(file, bareFile);
  const store = await opened(folder);
  const bare = new BareDays(bareFile);
  const measured: Measured = { perSecond: [], holds: [] };
  try {
    for (let round = 0; round <= pairs; round += 1) {
      const day = FIRST_DAY + round;
      const before = store.figures().commitMs.length;
      const started = performance.now();
      const closed = await closeOpenDays(store, { now: startOf(day + 1), through: day, domain: null, byOperator: null });
      const ms = performance.now() - started;
      if (closed.days !== domains || closed.credits !== domains * devices)
        throw new Error(`not all was closed: ${JSON.stringify(closed)}`);
      const bareMs = bare.store(readDay(file, day), AT_ONCE);
      if (round === 0) continue;
      measured.perSecond.push({ ours: domains / (ms / 1000), other: domains / (bareMs / 1000) });
      measured.holds.push({ ours: Math.max(...store.figures().commitMs.slice(before)), other: HOLD_MS });
    }
  } finally {
    bare.close();
    await store.close();
  }
  const verdict = await verifyLedger(file, []);
  if (!verdict.ok) throw new Error(`the books are wrong: ${JSON.stringify(verdict)}`);
  return measured;
}

export async function dailyClose(size: Size): Promise<Comparison[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  try {
    const scale = SCALES[size];
    const { perSecond, holds } = await measure(folder, scale);
    const bench = 'daily-close';
    const what = `a day of ${scale.domains.toLocaleString('en')} domains with ${scale.devices} devices each`;
    return [
      { bench, figure: `${what}, against bare rows`, unit: 'domains/s', bound: { atLeast: 0.25 }, pairs: perSecond },
      { bench, figure: 'longest hold of the writer, against 20 ms', unit: 'ms', bound: { atMost: 1 }, pairs: holds },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
