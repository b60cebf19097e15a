import { describe, expect, test } from 'vitest';
import { deviceTopic } from '../../protocol/topics.ts';
import { DeviceRole } from './device-role.ts';
import { heartbeatBytes, newDeviceId, Recorder } from './test-support.ts';

function newRole() {
  const deviceId = newDeviceId();
  const recorder = new Recorder();
  const role = new DeviceRole({
    deviceId,
    address: '192.0.2.1',
    tookOver: false,
    will: null,
    handler: recorder,
    mostInvalid: 10,
    invalidMessage: () => undefined,
  });
  const beat = async (): Promise<unknown> => role.receive(deviceTopic(deviceId, 'heartbeat'), heartbeatBytes(1), true);
  return { role, beat, calls: recorder.calls };
}

describe('a device session tells its handler nothing', () => {
  test('of messages before its start or behind its end', async () => {
    const { role, beat, calls } = newRole();
    await expect(beat()).rejects.toThrow('broken rule');
    role.start();
    await beat();
    await role.stop('lost');
    await expect(beat()).rejects.toThrow('broken rule');
    expect(calls).toEqual(['connected', 'heartbeat 1', 'disconnected, lost']);
  });

  test('of a second start or end, nor of an end without a start', async () => {
    const { role, calls } = newRole();
    role.start();
    expect(() => role.start()).toThrow('broken rule');
    await role.stop('said');
    await expect(role.stop('lost')).rejects.toThrow('broken rule');
    expect(() => role.start()).toThrow('broken rule');
    expect(calls).toEqual(['connected', 'disconnected, said']);
    const never = newRole();
    await never.role.stop('lost');
    expect(never.calls).toEqual([]);
  });
});
