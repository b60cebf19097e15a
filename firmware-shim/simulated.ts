import { createECDH, createHash, createPrivateKey, createPublicKey, hkdfSync, sign, type KeyObject } from 'node:crypto';
import type { Health } from '../protocol/messages.ts';
import { isPlaceholderSerial } from '../protocol/placeholder.ts';
import { asciiText } from '../protocol/text.ts';
import type { Board, Identity, Trust } from './board.ts';

/**
 * Simulated boards, each derived from its seed alone, so that a register file and the board agree without ever exchanging data. Grammar of a seed:
 * `NAME[,OPTION]…` — NAME is 1 to 56 letters, digits, `-`, `_` or `.`; options are `nokey` (no factory key), `wrongkey` (signs with a different key
 * from the one in its register line), `machine=N` (N ≥ 1: the same board data on another machine, as with a copied card) and `serial=TEXT` (another
 * serial, e.g. a placeholder).
 */
export interface Seed {
  name: string;
  factoryKey: 'right' | 'wrong' | 'none';
  machine: number;
  serial: string;
}

/** A simulated board's register entry (columns serial, model, factoryPublicKey). */
export interface SimulatedBoard {
  serial: string;
  model: string;
  manufacturer: string;
  factoryPublicKeyPem: string | null;
}

const NAME = /^[A-Za-z0-9._-]{1,56}$/;
const MANUFACTURER = 'Rollcall Simulation';
const MODELS = ['SIM-6065', 'SIM-6075', 'SIM-7086'] as const;
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** Reads a seed; throws a RangeError that names the problem. */
export function parseSeed(text: string): Seed {
  const [name = '', ...options] = text.split(',');
  if (!NAME.test(name)) throw new RangeError('a simulated board’s name has 1 to 56 letters, digits, dashes, dots or underscores');
  const seed: Seed = { name, factoryKey: 'right', machine: 1, serial: `SIM-${name.toUpperCase()}` };
  for (const option of options) {
    const [word = '', value = ''] = option.split('=', 2);
    if (option === 'nokey') seed.factoryKey = 'none';
    else if (option === 'wrongkey') seed.factoryKey = 'wrong';
    else if (word === 'machine' && /^[1-9][0-9]{0,5}$/.test(value)) seed.machine = Number(value);
    else if (word === 'serial' && asciiText(64).safeParse(value).success) seed.serial = value;
    else throw new RangeError(`unknown option of a simulated board: ${option.slice(0, 40)}`);
  }
  return seed;
}

/** The P-256 key for a name: 48 bytes of HKDF-SHA256, so that reduction modulo the group order introduces no bias. */
function keyOf(name: string, purpose: 'factory' | 'wrong' | `device-${number}`): KeyObject {
  const bytes = Buffer.from(hkdfSync('sha256', name.toUpperCase(), 'rollcall-simulated-board', `${purpose}-key-1`, 48));
  const scalar = (BigInt(`0x${bytes.toString('hex')}`) % (P256_ORDER - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(d);
  const point = curve.getPublicKey();
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    d: d.toString('base64url'),
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

function digest(...parts: string[]): Buffer {
  return createHash('sha256').update(parts.join('\n')).digest();
}

function modelOf(seed: Seed): string {
  return MODELS[(digest('model', seed.name.toUpperCase())[0] ?? 0) % MODELS.length] ?? MODELS[0];
}

/** A board's register entry from its seed (with or without the `simulated:` prefix). `wrongkey` still yields the right key. */
export function simulatedBoard(text: string): SimulatedBoard {
  const seed = parseSeed(text.replace(/^simulated:/, ''));
  const factoryPublicKeyPem =
    seed.factoryKey === 'none'
      ? null
      : createPublicKey(keyOf(seed.name, 'factory')).export({ type: 'spki', format: 'pem' }).toString();
  return { serial: seed.serial, model: modelOf(seed), manufacturer: MANUFACTURER, factoryPublicKeyPem };
}

/**
 * The device key of a simulated board that keeps no state, as PKCS#8 PEM: the same seed is the same device again (E3), a copied `machine` is another
 * one. Anyone who knows the seed has the key; a real agent creates its own.
 */
export function simulatedDeviceKey(text: string): string {
  const { name, machine } = parseSeed(text);
  return keyOf(name, `device-${machine}`).export({ type: 'pkcs8', format: 'pem' }).toString();
}

function trustOf(seed: Seed): Trust {
  if (seed.factoryKey !== 'none') return 'factory-key';
  return isPlaceholderSerial(seed.serial) ? 'weak' : 'hardware';
}

function identityOf(seed: Seed): Identity {
  const machine = digest('machine', seed.name.toUpperCase(), String(seed.machine)).toString('hex');
  const uuid = `${machine.slice(0, 8)}-${machine.slice(8, 12)}-${machine.slice(12, 16)}-${machine.slice(16, 20)}-${machine.slice(20, 32)}`;
  return {
    serial: seed.serial,
    serialSource: 'simulated',
    model: modelOf(seed),
    manufacturer: MANUFACTURER,
    firmware: 'sim-1.0.0',
    os: 'Simulated OS 1',
    arch: process.arch,
    trust: trustOf(seed),
    fingerprint: { serial: seed.serial, machineId: machine.slice(32), boardUuid: uuid, firstMac: null },
  };
}

function healthOf(seed: Seed): Health {
  const bytes = digest('health', seed.name.toUpperCase());
  const figure = (index: number, from: number, span: number) => from + ((bytes[index] ?? 0) % span);
  return {
    cpuPercent: figure(0, 3, 40),
    memoryPercent: figure(1, 20, 50),
    diskPercent: figure(2, 10, 60),
    temperatureC: figure(3, 35, 20),
    screen: 'on',
  };
}

/** A simulated board as the agent sees it. Its factory key signs ECDSA over SHA-256 in IEEE P1363 form (64 bytes). */
export function createSimulatedBoard(text: string, show: (message: string) => void): Board {
  const seed = parseSeed(text);
  return {
    identify: async () => identityOf(seed),
    sign: async (bytes) => {
      if (seed.factoryKey === 'none') return null;
      const key = keyOf(seed.name, seed.factoryKey === 'wrong' ? 'wrong' : 'factory');
      return sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' });
    },
    display: show,
    inventory: async () => ({ simulated: 'yes', model: modelOf(seed), machine: String(seed.machine) }),
    health: async () => healthOf(seed),
  };
}
