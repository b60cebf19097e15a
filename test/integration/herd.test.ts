/** A herd of real agents: 500, or as many as ROLLCALL_TEST_HERD says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Device } from '../../protocol/api.ts';
import { readDatabase } from '../support/database-copy.ts';
import { eventually } from '../support/process.ts';
import { TestService } from '../support/service.ts';
import { SimulationProcess } from '../support/simulation.ts';
import { databaseBeside } from '../support/store.ts';

const HERD = Number(process.env['ROLLCALL_TEST_HERD'] ?? 500);
/** They begin at 100 a second. */
const PATIENCE_MS = 60_000 + HERD * 20;
const GONE = 5;
/** An hour away: longer than any measure of silence. */
const OUTAGE_MS = 3_600_000;
/** What a device may cost beside what the service has at rest: some 75 kB measured, and room for what the collector leaves lying. */
const MAX_BYTES_A_DEVICE = 300_000;

const peakOf = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

async function metrics(service: TestService): Promise<string> {
  return (await fetch(`${service.http}/metrics`)).text();
}

/** How many sessions there are, and how many devices count as offline. */
async function roll(service: TestService): Promise<{ sessions: number; offline: number }> {
  const text = await metrics(service);
  const figure = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
  return { sessions: figure('rollcall_device_sessions'), offline: figure('rollcall_devices{status="offline"}') };
}

/** What an enrolment would change, of every device. */
const enrolled = async (service: TestService): Promise<unknown[]> =>
  readDatabase(
    service.folder,
    `SELECT (SELECT count(*) FROM devices) AS devices, (SELECT count(*) FROM certificates) AS certificates,
      (SELECT count(*) FROM transfers) AS transfers, (SELECT count(*) FROM audit) AS audited`,
  );

/** As the console shows them. A status that changed and came back has another time. */
const shown = (devices: Device[]): unknown[] =>
  devices.map(({ id, status, statusSince }) => ({ id, status, statusSince })).toSorted((a, b) => a.id.localeCompare(b.id));

test(
  '[P4] [E3] after kill -9 and a long outage the whole herd comes back by itself; none is shown offline, none enrols again',
  async () => {
    const service = await TestService.start({
      environment: { ROLLCALL_HEARTBEAT_S: '20', ROLLCALL_JITTER_S: '5', ROLLCALL_LOG_LEVEL: 'warn' },
    });
    const admin = await service.domain('springfield');
    const names = (seed: string, count: number): { board: string }[] =>
      Array.from({ length: count }, (_, n) => ({ board: `${seed}-${n + 1}` }));
    await service.list([...names('herd', HERD), ...names('gone', GONE)]);
    const boards = (seed: string, count: number, ...more: string[]): SimulationProcess =>
      new SimulationProcess(service, '--domain', 'springfield', '--seed', seed, '--boards', String(count), ...more);
    expect(await boards('gone', GONE).ended).toMatchObject({ code: 0, figures: { accepted: GONE } });
    const herd = boards('herd', HERD, '--heartbeats', '600');
    await eventually(
      async () => roll(service),
      ({ sessions }) => sessions === HERD,
      'all connected',
      PATIENCE_MS,
    );
    const heardSince = async (since: string): Promise<Device[]> =>
      eventually(
        async () => admin.devices(),
        (devices) =>
          devices.filter(({ connected, lastHeartbeatAt }) => connected && (lastHeartbeatAt ?? '') > since).length === HERD,
        `all heard since ${since}`,
        PATIENCE_MS,
      );
    const before = shown(await heardSince(''));
    const peakBefore = peakOf(service.pid);

    await service.kill9();
    const rows = await enrolled(service);
    const database = databaseBeside(join(service.folder, 'rollcall.db'));
    database.prepare('UPDATE presence SET last_heartbeat_at = last_heartbeat_at - ?').run(OUTAGE_MS);
    database.close();
    await service.restart();
    const restartedAt = new Date().toISOString();

    await eventually(
      async () => {
        const now = await roll(service);
        expect(now.offline, 'who said goodbye, nobody else').toBe(GONE);
        return now;
      },
      ({ sessions }) => sessions === HERD,
      'all back',
      PATIENCE_MS,
    );
    expect(shown(await heardSince(restartedAt))).toEqual(before);
    expect(await metrics(service)).not.toMatch(/^rollcall_enrolments_total\{/m);
    const peak = peakOf(service.pid);
    expect(peak).toBeLessThan(peakBefore + HERD * MAX_BYTES_A_DEVICE);

    expect(await herd.stop()).toMatchObject({ code: 0, figures: { accepted: HERD, rejected: 0, unanswered: 0 } });
    await service.kill9();
    expect(await enrolled(service), 'no device, certificate, grant or audit row more').toEqual(rows);
    console.info(`herd: peak ${Math.round(peakBefore / 1e6)} MB before the kill, ${Math.round(peak / 1e6)} MB after it`);
  },
  3 * PATIENCE_MS,
);
