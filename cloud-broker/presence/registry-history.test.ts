import { describe, expect, test } from 'vitest';
import type { Heartbeat } from '../../protocol/messages.ts';
import { beatOf, birthOf, DEVICE, HOUR_MS, START, STORED, testRegistry } from './test-support.ts';

describe('what a history is made of', () => {
  test('[P2] a device that went says how: goodbye, last will, or silence', async () => {
    const ids = ['dev-00000001', 'dev-00000002', 'dev-00000003'];
    const { registry, flushes, time } = testRegistry(ids.map((deviceId) => ({ ...STORED, deviceId })));
    for (const deviceId of ids) await registry.birth(deviceId, birthOf(8));
    await registry.will('dev-00000001', { type: 'will', epoch: 8, reason: 'shutdown' });
    await registry.will('dev-00000002', { type: 'will', epoch: 8 });
    time.now += HOUR_MS;
    registry.sweep();
    await registry.close();
    const went = flushes.flatMap(({ transitions }) => transitions).filter(({ status }) => status === 'offline');
    expect(Object.fromEntries(went.map(({ deviceId, how }) => [deviceId, how]))).toEqual({
      'dev-00000001': 'said',
      'dev-00000002': 'lost',
      'dev-00000003': 'lost',
    });
  });

  test('[P6] what it missed becomes the time that it was running, by the service’s clock, told once; short and impossible ones do not', async () => {
    const { registry, flushes, time } = testRegistry([STORED]);
    const beat = async (missed: Heartbeat['missed']): Promise<void> => {
      await registry.heartbeat(
        DEVICE,
        beatOf(8, { at: '1970-01-01T00:00:00.000Z', ...(missed === undefined ? {} : { missed }) }),
      );
    };
    await beat({ fromAgoS: 3600, toAgoS: 60, count: 60 });
    await beat(undefined);
    await beat({ fromAgoS: 150, toAgoS: 31, count: 2 });
    await beat({ fromAgoS: 60, toAgoS: 3600, count: 2 });
    await beat({ fromAgoS: 400 * 86_400, toAgoS: 399 * 86_400, count: 2 });
    expect(flushes.flatMap(({ running }) => running)).toEqual([
      { deviceId: DEVICE, from: time.now - HOUR_MS, to: time.now - 60_000 },
    ]);
    await beat({ fromAgoS: 400 * 86_400, toAgoS: 60, count: 2 });
    expect(flushes.at(-1)?.running).toEqual([{ deviceId: DEVICE, from: time.now - 90 * 24 * HOUR_MS, to: time.now - 60_000 }]);
  });

  test('[P4] after a restart it says until when a device may be away that still shows as there', () => {
    expect(testRegistry([{ ...STORED, status: 'offline' }]).registry.settlesAt).toBeNull();
    const { registry, time } = testRegistry([STORED, { ...STORED, deviceId: 'dev-00000002', intervalS: 300 }]);
    expect(registry.settlesAt).toBe(START + 3 * (300 + 10) * 1000 + 1);
    time.now = START + 3 * 310_000;
    registry.sweep();
    expect(registry.counts().late).toBe(1);
    time.now += 1;
    registry.sweep();
    expect([registry.settlesAt, registry.counts().offline]).toEqual([null, 2]);
  });
});
