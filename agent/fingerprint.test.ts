import { describe, expect, test } from 'vitest';
import type { Fingerprint } from '../firmware-shim/board.ts';
import { isSameBoard } from './fingerprint.ts';

const board: Fingerprint = { serial: 'SN1', machineId: 'm1', boardUuid: 'u1', firstMac: 'a1' };
const weak: Fingerprint = { serial: null, machineId: 'm1', boardUuid: null, firstMac: 'a1' };
const bare: Fingerprint = { ...weak, firstMac: null };
const nothing: Fingerprint = { ...bare, machineId: null };

/** A state that was made when this serial and this UUID still passed for the board's own. */
const stamped: Fingerprint = { ...weak, serial: 'SN-12345', boardUuid: '03000200-0400-0500-0006-000700080009' };

type Row = [what: string, stored: Fingerprint, now: Fingerprint];

describe('[E1] the same board', () => {
  test.each<Row>([
    ['nothing changed', board, board],
    ['a serial in other letters', board, { ...board, serial: ' sn1 ' }],
    ['another machine id: a new system', board, { ...board, machineId: 'm2' }],
    ['another serial: set anew by its maker', board, { ...board, serial: 'SN2' }],
    ['no UUID to be read', board, { ...board, boardUuid: null }],
    ['another network card', { ...board, boardUuid: null }, { ...board, boardUuid: null, firstMac: 'a2' }],
    ['an adapter before the first one', weak, { ...weak, firstMac: 'a0', macs: ['a0', 'a1'] }],
    ['no serial and no UUID to be read without root', board, { ...board, serial: null, boardUuid: null }],
    ['only its serial to be read', board, { ...nothing, serial: 'SN1' }],
    ['weak, its only card not there yet', weak, bare],
    ['weak, a card that was not there before', bare, weak],
    ['weak, only its machine id', bare, bare],
    ['weak, its machine id came later', nothing, weak],
    ['its serial is known as a default by now', { ...weak, serial: 'SN-12345' }, weak],
    ['so is its UUID', stamped, weak],
    ['and its address', { ...bare, firstMac: '88:88:88:88:87:88' }, { ...bare, firstMac: 'a1' }],
  ])('%s', (_what, stored, now) => {
    expect(isSameBoard(stored, now)).toBe(true);
  });
});

describe('[E1] another board', () => {
  test.each<Row>([
    ['only the machine id agrees', board, { ...board, serial: 'SN2', boardUuid: 'u2', firstMac: 'a2' }],
    ['only the serial agrees', board, { ...board, machineId: 'm2', boardUuid: 'u2', firstMac: null }],
    ['a golden image, no serial, another address', weak, { ...weak, firstMac: 'a2', macs: ['a2'] }],
    ['a golden image, no serial, another UUID', { ...bare, boardUuid: 'u1' }, { ...bare, boardUuid: 'u2' }],
    ['a golden image, a default serial, another address', stamped, { ...stamped, firstMac: 'a2' }],
    ['the same, made before that serial was known', stamped, { ...weak, firstMac: 'a2' }],
    [
      'a golden image, a default UUID, another address',
      { ...stamped, serial: null },
      { ...stamped, serial: null, firstMac: 'a2' },
    ],
    ['another machine id and nothing else', bare, { ...bare, machineId: 'm2' }],
    ['a machine id is no serial', board, bare],
    ['a card in a board that says nothing', bare, nothing],
  ])('%s', (_what, stored, now) => {
    expect(isSameBoard(stored, now)).toBe(false);
  });
});
