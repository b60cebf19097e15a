import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Board } from '../firmware-shim/board.ts';
import { detectBoard } from '../firmware-shim/detect.ts';
import { openStateStore } from './state-store.ts';
import { withEpochFrom } from './state.ts';
import { ownId } from './state-folder.ts';

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rollcall-memory-'));
  folder = join(root, 'state');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const log = { note: () => undefined };

/** A board with a DMI serial, a machine id and one network card, each where it has one. */
function board(has: { serial?: string; machineId?: string; mac?: string }, at = folder): Board {
  const files: Record<string, string | undefined> = {
    '/sys/class/dmi/id/product_serial': has.serial,
    '/sys/class/net/eth0/address': has.mac,
    '/sys/class/net/eth0/addr_assign_type': '0',
  };
  const host = { read: async (path: string) => files[path] ?? null, list: async () => ['eth0'], run: async () => null };
  return detectBoard('auto', {
    host,
    machineId: async () => has.machineId ?? null,
    ownId: () => ownId(at),
    show: () => undefined,
  });
}

async function opened(on: Board, at = folder) {
  const store = await openStateStore(at, on, log, true);
  await store?.close();
  return { serial: store?.identity.serial, key: store?.state.privateKey };
}

const machineId = '4c1f0e7a9b3d4e58a2c6d0917f35be84';

test('[E1] a golden image on a board with another address begins with a new key: same default serial, same machine id', async () => {
  for (const serial of ['SN-12345', '(null string)', 'Default string']) {
    const image = join(root, serial);
    const copy = `${image}-copy`;
    const first = await opened(board({ serial, machineId, mac: 'd8:5e:d3:01:02:03' }, image), image);
    cpSync(image, copy, { recursive: true });
    const second = await opened(board({ serial, machineId, mac: 'd8:5e:d3:0a:0b:0c' }, copy), copy);
    expect(second.key).not.toBe(first.key);
    expect(await opened(board({ serial, machineId, mac: 'd8:5e:d3:01:02:03' }, image), image)).toEqual(first);
  }
});

test('[E1] an own random id that a power cut took leaves the serial that the key was proved with', async () => {
  const first = await opened(board({ mac: 'd8:5e:d3:01:02:03' }));
  expect(first.serial).toMatch(/^OWN-/);
  writeFileSync(join(folder, 'own-id'), '');
  expect(await opened(board({ mac: 'd8:5e:d3:01:02:03' }))).toEqual(first);
  expect(await opened(board({ machineId, mac: 'd8:5e:d3:01:02:03' }))).toEqual(first);
});

test('[E1] a state of before, made under a serial that is known as a default by now, keeps key and serial', async () => {
  const now = board({ serial: 'SN-12345', machineId, mac: 'd8:5e:d3:01:02:03' });
  const { key } = await opened(now);
  const path = join(folder, 'state.json');
  const { sum: _sum, weakSerial: _weak, ...old } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, object>;
  writeFileSync(path, JSON.stringify({ ...old, fingerprint: { ...old['fingerprint'], serial: 'SN-12345' } }));
  expect(await opened(now)).toEqual({ key, serial: 'SN-12345' });
});

test('what changes nothing is not written', async () => {
  const store = await openStateStore(folder, board({ machineId }), log, true);
  await store?.remember((state) => withEpochFrom(state, 7));
  const before = readFileSync(join(folder, 'state-previous.json'), 'utf8');
  for (let n = 0; n < 3; n += 1) await store?.remember((state) => withEpochFrom(state, 7));
  await store?.update((state) => ({ ...state }));
  expect(readFileSync(join(folder, 'state-previous.json'), 'utf8')).toBe(before);
  await store?.close();
});
