import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parsePublicKey } from '../protocol/signing.ts';
import { createSimulatedBoard, parseSeed, simulatedBoard } from './simulated.ts';

describe('simulated boards', () => {
  const bytes = Buffer.from('what is signed');
  const board = (seed: string) => createSimulatedBoard(seed, () => undefined);

  test('register line and board come from the seed alone, and the factory key fits', async () => {
    const line = simulatedBoard('simulated:Room-12');
    expect(simulatedBoard('Room-12')).toEqual(line);
    expect(line).toMatchObject({ serial: 'SIM-ROOM-12', manufacturer: 'Rollcall Simulation' });
    const identity = await board('Room-12').identify();
    expect(identity).toMatchObject({ serial: line.serial, model: line.model, trust: 'factory-key', serialSource: 'simulated' });
    parsePublicKey(line.factoryPublicKeyPem ?? '');
    const signature = await board('Room-12').sign(bytes);
    const key = { key: createPublicKey(line.factoryPublicKeyPem ?? ''), dsaEncoding: 'ieee-p1363' } as const;
    expect(signature?.length).toBe(64);
    expect(verify('sha256', bytes, key, signature ?? Buffer.alloc(0))).toBe(true);
    const wrong = await board('Room-12,wrongkey').sign(bytes);
    expect(verify('sha256', bytes, key, wrong ?? Buffer.alloc(0))).toBe(false);
    expect(simulatedBoard('other').factoryPublicKeyPem).not.toBe(line.factoryPublicKeyPem);
  });

  test('nokey: no factory key; a placeholder serial without one is weak', async () => {
    expect(simulatedBoard('a,nokey').factoryPublicKeyPem).toBeNull();
    expect(await board('a,nokey').sign(bytes)).toBeNull();
    expect((await board('a,nokey').identify()).trust).toBe('hardware');
    expect(await board('a,nokey,serial=Default string').identify()).toMatchObject({ serial: 'Default string', trust: 'weak' });
  });

  test('machine=2: the same serial on another machine', async () => {
    const [one, two] = [await board('a').identify(), await board('a,machine=2').identify()];
    expect(two.serial).toBe(one.serial);
    expect(two.fingerprint.machineId).not.toBe(one.fingerprint.machineId);
    expect(two.fingerprint.boardUuid).not.toBe(one.fingerprint.boardUuid);
  });

  test('a bad seed says what is wrong', () => {
    expect(() => parseSeed('')).toThrow(RangeError);
    expect(() => parseSeed('a,machine=x')).toThrow(/machine=x/);
    expect(() => parseSeed('x'.repeat(57))).toThrow(RangeError);
  });
});
