import { describe, expect, test } from 'vitest';
import { twoDomains, type InProcessStore } from '../../../test/support/in-process.ts';
import { CHANGE, enrolled, START } from '../../../test/support/store.ts';
import type { OperationInput } from './index.ts';

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
    flush: (change) => store.write('flushPresence', { now: START, rows: [], transitions: [], births: [], ...change }),
    unenrol: () => store.write('unenrol', { id: deviceId, domainId, now: START, ...CHANGE }),
  };
}

const stored = (store: InProcessStore): unknown[] =>
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
    expect(stored(store)).toEqual([
      { epoch: 5, at: START + 9, health: '{"cpuPercent":1}', inventory: '{"cpu":"ARM"}', ended: null },
    ]);
    expect(await enrolled(store, { serial: 'SN-1' })).toMatchObject({ replay: true, epochFrom: 6 });
  });

  test('[P2] a transition is stored with its since-time and told once', async () => {
    const { store, deviceId, flush } = await withDevice();
    for (let time = 0; time < 2; time += 1) await flush({ transitions: [{ deviceId, status: 'online', since: START + time }] });
    expect(store.reader.get('SELECT status, status_since - ? AS since FROM devices', START)).toEqual({
      status: 'online',
      since: 0,
    });
    expect(store.deviceEvents()).toEqual([deviceId]);
  });

  test('[P1] what a birth says of the agent is the device’s; a firmware that is not said stays', async () => {
    const { store, deviceId, flush } = await withDevice();
    await flush({ births: [{ deviceId, agentVersion: '2.0', firmware: '7' }] });
    await flush({ births: [{ deviceId, agentVersion: '2.1', firmware: null }] });
    expect(store.reader.get('SELECT agent_version AS agent, firmware FROM devices')).toEqual({ agent: '2.1', firmware: '7' });
  });

  test('[E9] passes over a device that is gone meanwhile, and stores the others', async () => {
    const { store, deviceId, flush, unenrol } = await withDevice();
    const other = await enrolled(store, { serial: 'SN-2' });
    await unenrol();
    store.deviceEvents();
    const gone = [deviceId, 'dev-that-never-was'];
    await flush({
      rows: [...gone, other.deviceId].map((id) => rowOf(id)),
      transitions: [...gone, other.deviceId].map((id) => ({ deviceId: id, status: 'online' as const, since: START })),
      births: gone.map((id) => ({ deviceId: id, agentVersion: '9', firmware: null })),
    });
    expect(store.reader.all('SELECT device_id AS id FROM presence')).toEqual([{ id: other.deviceId }]);
    expect(store.deviceEvents()).toEqual([other.deviceId]);
    expect(store.reader.get('SELECT status, agent_version AS agent FROM devices WHERE id = ?', deviceId)).toEqual({
      status: 'offline',
      agent: '0.1.0',
    });
  });
});
