import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  deviceTopic,
  enrolmentTopic,
  isDeviceId,
  isEnrolmentClientId,
  mayDevicePublish,
  parseTopic,
  type DeviceChannel,
} from './topics.ts';

const CHANNELS: DeviceChannel[] = ['birth', 'heartbeat', 'will', 'unenroll', 'down', 'result'];
const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: 32, maxLength: 32 });
const deviceId = fc.string({ unit: fc.constantFrom(...'abcXYZ019_-'.split('')), minLength: 8, maxLength: 64 });

describe('topics', () => {
  test('[A4] are these, to the letter', () => {
    const clientId = `enroll-${'0123456789abcdef'.repeat(2)}`;
    expect(enrolmentTopic(clientId, 'up')).toBe('rollcall/1/enroll/enroll-0123456789abcdef0123456789abcdef/up');
    expect(CHANNELS.map((channel) => deviceTopic('dev-00000001', channel))).toEqual([
      'rollcall/1/devices/dev-00000001/birth',
      'rollcall/1/devices/dev-00000001/heartbeat',
      'rollcall/1/devices/dev-00000001/will',
      'rollcall/1/devices/dev-00000001/unenroll',
      'rollcall/1/devices/dev-00000001/down',
      'rollcall/1/devices/dev-00000001/result',
    ]);
    expect(CHANNELS.filter(mayDevicePublish)).toEqual(['birth', 'heartbeat', 'will', 'unenroll', 'result']);
  });

  test('[A4] what is built is read back as the same', () => {
    fc.assert(
      fc.property(
        hex,
        deviceId,
        fc.constantFrom('up' as const, 'down' as const),
        fc.constantFrom(...CHANNELS),
        (digits, id, direction, channel) => {
          const clientId = `enroll-${digits}`;
          expect(parseTopic(enrolmentTopic(clientId, direction))).toEqual({ kind: 'enrolment', clientId, direction });
          expect(parseTopic(deviceTopic(id, channel))).toEqual({ kind: 'device', deviceId: id, channel });
        },
      ),
    );
  });

  test('[A4] whatever is not one of them is nobody’s: what is understood is only what would be built', () => {
    const part = fc.oneof(
      fc.constantFrom(
        'rollcall',
        '1',
        '2',
        'enroll',
        'devices',
        'up',
        'down',
        'birth',
        '+',
        '#',
        '',
        '$SYS',
        'dev-00000001',
        'enroll-',
        '__proto__',
      ),
      fc.string({ maxLength: 12 }),
      hex.map((digits) => `enroll-${digits}`),
    );
    const texts = fc.oneof(
      fc.array(part, { maxLength: 7 }).map((parts) => parts.join('/')),
      fc.string(),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseTopic(text);
        if (parsed === null) return;
        const built =
          parsed.kind === 'enrolment'
            ? enrolmentTopic(parsed.clientId, parsed.direction)
            : deviceTopic(parsed.deviceId, parsed.channel);
        expect(built).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    'rollcall/1/devices/+/heartbeat',
    'rollcall/1/devices/dev-00000001/#',
    'rollcall/1/devices/dev-00000001/heartbeat/',
    'rollcall/1/devices/dev-00000001/down/x',
    'rollcall/2/devices/dev-00000001/heartbeat',
    'Rollcall/1/devices/dev-00000001/heartbeat',
    'rollcall/1/devices/dev-00000001/constructor',
    'rollcall/1/devices/short/heartbeat',
    '/rollcall/1/devices/dev-00000001/heartbeat',
    `rollcall/1/devices/enroll-${'0'.repeat(32)}/heartbeat`,
    `rollcall/1/enroll/enroll-${'A'.repeat(32)}/up`,
    `rollcall/1/enroll/enroll-${'0'.repeat(31)}/up`,
    `rollcall/1/enroll/enroll-${'0'.repeat(32)}/birth`,
    '$SYS/broker/clients',
    '#',
    '',
  ])('[A4] %s is nobody’s', (text) => {
    expect(parseTopic(text)).toBeNull();
  });

  test('[A4] an id that would change the topic cannot be built in, and no device can take an enrolment session’s name', () => {
    for (const id of ['', 'a/b-c-d-e', 'dev+000000', 'dev#000000', 'a'.repeat(65), 'short', 'dev-0000\n1', 'dev-00000001\n']) {
      expect(isDeviceId(id), id).toBe(false);
      expect(() => deviceTopic(id, 'down'), id).toThrow(RangeError);
    }
    const clientId = `enroll-${'0'.repeat(32)}`;
    expect([isEnrolmentClientId(clientId), isDeviceId(clientId), isEnrolmentClientId(`${clientId}\n`)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(() => enrolmentTopic('dev-00000001', 'up')).toThrow(RangeError);
  });
});
