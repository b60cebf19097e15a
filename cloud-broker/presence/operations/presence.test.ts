import { describe, expect, test } from 'vitest';
import { MAX_EPOCH } from '../../../protocol/messages.ts';
import { twoDomains, type InProcessStore } from '../../../test/support/in-process.ts';
import { CHANGE, enrolled, START } from '../../../test/support/store.ts';
import type { OperationInput } from '../../store/port.ts';

const DAY_MS = 86_400_000;
type PresenceFlush = OperationInput<'flushPresence'>;
type PresenceRow = PresenceFlush['rows'][number];

const rowOf = (deviceId: string, change: Partial<PresenceRow> = {}): PresenceRow => ({
  deviceId,
  epoch: 1,
  lastHeartbeatAt: START,
  intervalS: 60,
  ended: null,
  endedAt: null,
  clockDifferenceMs: null,
  health: null,
  inventory: null,
  ...change,
});

async function withDevice(): Promise<{
  store: InProcessStore;
  deviceId: string;
  flush: (change: Partial<PresenceFlush>) => Promise<void>;
  unenrol: () => Promise<void>;
}> {
  const { store, domainId, accept } = await twoDomains();
  await accept();
  const { deviceId } = await enrolled(store, { serial: 'SN-1' });
  store.deviceEvents();
  return {
    store,
    deviceId,
    flush: (change) =>
      store.write('flushPresence', { now: START, rows: [], transitions: [], running: [], births: [], ...change }),
    unenrol: () => store.write('unenrol', { id: deviceId, domainId, now: START, ...CHANGE }),
  };
}

const stored = async (store: InProcessStore): Promise<unknown[]> =>
  store.reader.all('SELECT epoch, last_heartbeat_at AS at, health, inventory, ended FROM presence');

describe('a flush', () => {
  test('[P3] never lowers the epoch; health and inventory that are not sent stay', async () => {
    const { store, deviceId, flush } = await withDevice();
    await flush({
      rows: [
        rowOf(deviceId, { epoch: 5, health: '{"cpuPercent":1}', inventory: '{"cpu":"ARM"}', ended: 'lost', endedAt: START }),
      ],
    });
    await flush({ rows: [rowOf(deviceId, { epoch: 4, lastHeartbeatAt: START + 9 })] });
    expect(await stored(store)).toEqual([
      { epoch: 5, at: START + 9, health: '{"cpuPercent":1}', inventory: '{"cpu":"ARM"}', ended: null },
    ]);
    expect(await enrolled(store, { serial: 'SN-1' })).toMatchObject({ replay: true, epochFrom: 6 });
  });

  test('[P3] a device that was at the very end of the range begins again, and is told so when it enrols again', async () => {
    const { store, deviceId, flush } = await withDevice();
    await flush({ rows: [rowOf(deviceId, { epoch: MAX_EPOCH })] });
    expect(await enrolled(store, { serial: 'SN-1' })).toMatchObject({ replay: true, epochFrom: 1 });
    await flush({ rows: [rowOf(deviceId, { epoch: 1 })] });
    expect(await enrolled(store, { serial: 'SN-1' })).toMatchObject({ epochFrom: 2 });
  });

  test('[P2] a transition is stored with its since-time and told once', async () => {
    const { store, deviceId, flush } = await withDevice();
    for (let time = 0; time < 2; time += 1)
      await flush({ transitions: [{ deviceId, status: 'online', since: START + time, how: null }] });
    expect(await store.reader.get('SELECT status, status_since - ? AS since FROM devices', START)).toEqual({
      status: 'online',
      since: 0,
    });
    expect(store.deviceEvents()).toEqual([deviceId]);
  });

  test('[P1] what a birth says of the agent is the device’s; a firmware that is not said stays', async () => {
    const { store, deviceId, flush } = await withDevice();
    await flush({ births: [{ deviceId, agentVersion: '2.0', firmware: '7' }] });
    await flush({ births: [{ deviceId, agentVersion: '2.1', firmware: null }] });
    expect(await store.reader.get('SELECT agent_version AS agent, firmware FROM devices')).toEqual({
      agent: '2.1',
      firmware: '7',
    });
  });

  test('[E9] passes over a device that is gone meanwhile, and stores the others', async () => {
    const { store, deviceId, flush, unenrol } = await withDevice();
    const other = await enrolled(store, { serial: 'SN-2' });
    await unenrol();
    store.deviceEvents();
    const gone = [deviceId, 'dev-that-never-was'];
    await flush({
      rows: [...gone, other.deviceId].map((id) => rowOf(id)),
      transitions: [...gone, other.deviceId].map((id) => ({ deviceId: id, status: 'online' as const, since: START, how: null })),
      births: gone.map((id) => ({ deviceId: id, agentVersion: '9', firmware: null })),
    });
    expect(await store.reader.all('SELECT device_id AS id FROM presence')).toEqual([{ id: other.deviceId }]);
    expect(store.deviceEvents()).toEqual([other.deviceId]);
    expect(await store.reader.get('SELECT status, agent_version AS agent FROM devices WHERE id = ?', deviceId)).toEqual({
      status: 'offline',
      agent: '0.1.0',
    });
  });

  test('[P5] each change of status is kept, once, for 90 days; the last before them stays, for it says what came after', async () => {
    const { store, deviceId, flush } = await withDevice();
    const changes = async (): Promise<unknown[]> =>
      store.reader.all('SELECT (at - ?) / ? AS day, status, how FROM status_changes ORDER BY n', START, DAY_MS);
    const change = async (day: number, status: 'online' | 'offline'): Promise<void> => {
      const since = START + day * DAY_MS;
      await flush({ now: since, transitions: [{ deviceId, status, since, how: status === 'offline' ? 'said' : null }] });
    };
    for (const [day, status] of [
      [0, 'online'],
      [1, 'offline'],
      [1, 'offline'],
      [30, 'online'],
    ] as const)
      await change(day, status);
    expect(await changes()).toEqual([
      { day: 0, status: 'online', how: null },
      { day: 1, status: 'offline', how: 'said' },
      { day: 30, status: 'online', how: null },
    ]);
    await change(100, 'offline');
    expect(await changes()).toEqual([
      { day: 1, status: 'offline', how: 'said' },
      { day: 30, status: 'online', how: null },
      { day: 100, status: 'offline', how: 'said' },
    ]);
  });

  test('[P5] what is kept of a device that left goes 90 days after it', async () => {
    const { store, deviceId, flush, unenrol } = await withDevice();
    await flush({
      transitions: [{ deviceId, status: 'online', since: START, how: null }],
      running: [{ deviceId, from: START - 5000, to: START }],
    });
    await unenrol();
    const left = async (): Promise<unknown> =>
      store.reader.get(
        'SELECT (SELECT count(*) FROM status_changes) AS changes, (SELECT count(*) FROM running_times) AS running',
      );
    await store.write('prunePresence', { now: START + 89 * DAY_MS });
    expect(await left()).toEqual({ changes: 1, running: 1 });
    await store.write('prunePresence', { now: START + 91 * DAY_MS });
    expect(await left()).toEqual({ changes: 0, running: 0 });
  });

  test('[P6] when it was running unheard is kept for 90 days, of an enrolled device', async () => {
    const { store, deviceId, flush, unenrol } = await withDevice();
    const kept = async (): Promise<unknown[]> =>
      store.reader.all('SELECT from_at - ? AS "from", to_at - from_at AS length FROM running_times', START);
    await flush({ running: [{ deviceId, from: START - 5000, to: START }] });
    await flush({ running: [{ deviceId, from: START - 5000, to: START + 1000 }] });
    expect(await kept()).toEqual([{ from: -5000, length: 6000 }]);
    const later = START + 100 * DAY_MS;
    await flush({ now: later, running: [{ deviceId, from: later - 10, to: later }] });
    expect(await kept()).toEqual([{ from: 100 * DAY_MS - 10, length: 10 }]);
    await unenrol();
    await flush({ now: later, running: [{ deviceId, from: later, to: later }] });
    expect(await kept()).toHaveLength(1);
  });
});
