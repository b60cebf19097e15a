import { describe, expect, test } from 'vitest';
import { identityOf } from './identity.ts';

describe('what identifies a board', () => {
  const none = { listed: false, sharedSerial: false };
  test.each([
    ['a listed serial', { serial: 'SN-1', serialSource: 'dmi' }, { listed: true, sharedSerial: false }, 'listed'],
    ['a hardware serial', { serial: 'SN-1', serialSource: 'device-tree' }, none, 'serial'],
    [
      'a serial that several boards share',
      { serial: 'SN-1', serialSource: 'android-getprop' },
      { listed: false, sharedSerial: true },
      'key',
    ],
    ['a machine id', { serial: 'SN-1', serialSource: 'machine-id' }, none, 'key'],
    [
      'a machine id that happens to be listed',
      { serial: 'SN-1', serialSource: 'machine-id' },
      { listed: true, sharedSerial: false },
      'key',
    ],
    ['a placeholder', { serial: 'Default string', serialSource: 'dmi' }, none, 'key'],
    [
      'a placeholder that happens to be listed',
      { serial: '0000', serialSource: 'dmi' },
      { listed: true, sharedSerial: false },
      'key',
    ],
  ] as const)('[E12] %s', (_, board, known, identity) => {
    expect(identityOf(board, known)).toBe(identity);
  });
});
