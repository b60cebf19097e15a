import fc from 'fast-check';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fingerprint } from '../firmware-shim/board.ts';
import { realDisk, sealed, writeGeneration, type Disk } from './generations.ts';
import { newDeviceKey } from './keys.ts';
import { comesBackAs, newState, withEpochUsed, withUnenrolled, type AgentState } from './state.ts';
import { ownId, readState, writeState } from './state-folder.ts';
import { Place } from './support/agent-process.ts';
import { FakeService } from './support/fake-service.ts';

const NOW = '2026-11-30T00:00:00Z';
const fingerprint: Fingerprint = { serial: 'K7C0019B2D', machineId: null, boardUuid: null, firstMac: null };

function enrolled(state: AgentState, deviceId: string): AgentState {
  const heartbeat = { intervalS: 60, jitterS: 10 };
  const enrolment = { deviceId, certificate: 'c', domain: 'school1', organization: 'École', heartbeat, enrolledAt: NOW };
  return { ...state, enrolment, service: { brokerUrl: 'mqtts://h', ca: 'ca' } };
}

class PowerCut extends Error {}

/** The real disk until the cut; `lastWritten` is the newest content, under whatever name it has by then. */
class DiskUntil implements Disk {
  lastWritten = '';
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  #step(): void {
    if (this.#left <= 0) throw new PowerCut();
    this.#left -= 1;
  }

  async write(path: string, text: string): Promise<void> {
    this.#step();
    this.lastWritten = text;
    await realDisk.write(path, text);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step();
    await realDisk.rename(from, to);
  }

  async link(from: string, to: string): Promise<void> {
    this.#step();
    await realDisk.link(from, to);
  }

  async remove(path: string): Promise<void> {
    this.#step();
    await realDisk.remove(path);
  }

  async syncFolder(folder: string): Promise<void> {
    this.#step();
    await realDisk.syncFolder(folder);
  }
}

/** What flash memory may make of the file that it wrote last. `at` is 0 to below 1, where in the file. */
const DAMAGES: Record<string, (text: string, at: number) => string> = {
  none: (text) => text,
  empty: () => '',
  zeros: (text) => '\0'.repeat(text.length),
  cut: (text, at) => text.slice(0, Math.floor(text.length * at)),
  bit: (text, at) => {
    const bytes = Buffer.from(text);
    const index = Math.floor(bytes.length * at);
    bytes[index] = (bytes[index] ?? 0) ^ 1;
    return bytes.toString('latin1');
  },
};

const MAX_STEPS = 8;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-state-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('[E1] a power cut while the state is written', () => {
  const first = newState(newDeviceKey(), fingerprint, NOW);
  const before = enrolled(first, 'd-1');
  const after = withEpochUsed(before, 7);

  test('at whatever step, and whatever becomes of what was written last: the same device comes back', async () => {
    const cut = fc.record({
      steps: fc.nat(MAX_STEPS),
      damage: fc.constantFrom(...Object.keys(DAMAGES)),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { minLength: 1, maxLength: 4 }), async (cuts) => {
        await writeState(folder, before, { isWhole: false, twice: true });
        for (const { steps, damage, at } of cuts) {
          const found = await readState(folder);
          const disk = new DiskUntil(steps);
          const isWhole = found.kind === 'read' && found.isNewest;
          await writeGeneration(folder, sealed(after), isWhole, disk).catch((error: unknown) => {
            if (!(error instanceof PowerCut)) throw error;
          });
          for (const name of ['state.json', 'state.json.new']) {
            const path = join(folder, name);
            const written = readdirSync(folder).includes(name) && readFileSync(path, 'utf8') === disk.lastWritten;
            // A second name of the same content would be damaged with it: only what is new on the disk is.
            if (written)
              await realDisk.remove(path).then(() => writeFileSync(path, DAMAGES[damage]?.(disk.lastWritten, at) ?? ''));
          }
          const read = await readState(folder);
          expect(read.kind === 'read' && comesBackAs(read.state, before), JSON.stringify({ steps, damage, at })).toBe(true);
          // The agent starts and writes before the next cut.
          const next = read.kind === 'read' && read.isNewest;
          await writeState(folder, after, { isWhole: next, twice: false });
        }
      }),
      { numRuns: 150 },
    );
  });

  test('a new key, an enrolment and its end stand in both generations', async () => {
    const steps = [first, before, withUnenrolled(before, NOW)];
    for (const [index, state] of steps.entries()) {
      const last = steps[index - 1];
      await writeState(folder, state, { isWhole: index > 0, twice: last === undefined || !comesBackAs(last, state) });
      rmSync(join(folder, 'state.json'));
      expect(await readState(folder)).toMatchObject({ kind: 'read', isNewest: false, state });
      await writeState(folder, state, { isWhole: false, twice: true });
    }
  });

  test('of two damaged generations the newest that has its key is still this board’s', async () => {
    await writeState(folder, before, { isWhole: false, twice: true });
    const damaged = sealed(before).replace('school1', 'school2');
    for (const name of ['state.json', 'state-previous.json']) writeFileSync(join(folder, name), damaged);
    expect(await readState(folder)).toMatchObject({ kind: 'read', isNewest: false, state: { privateKey: first.privateKey } });
    for (const name of ['state.json', 'state-previous.json']) writeFileSync(join(folder, name), '');
    expect(await readState(folder)).toEqual({ kind: 'unreadable' });
  });

  test('a file of before, without a checksum and without an older generation, is as good', async () => {
    const { weakSerial: _none, ...old } = before;
    writeFileSync(join(folder, 'state.json'), JSON.stringify(old));
    expect(await readState(folder)).toEqual({ kind: 'read', isNewest: true, state: before });
  });

  test('an own random id that was lost is made anew', async () => {
    const id = await ownId(folder);
    writeFileSync(join(folder, 'own-id'), '\0'.repeat(33));
    expect(await ownId(folder)).toMatch(/^[0-9a-f]{32}$/);
    expect(await ownId(folder)).not.toBe(id);
  });
});

describe('an enrolled display whose state.json a power cut has damaged', () => {
  test.each(['empty', 'zeros', 'cut', 'bit'])('[E1] %s: connects as the same device, without a person', async (damage) => {
    const service = await FakeService.start();
    const place = new Place({ ROLLCALL_URL: service.url });
    const { json } = await place.run(['enroll', '--domain', 'school1']);
    const { privateKey } = place.state();
    const path = join(place.folder, 'state.json');
    writeFileSync(path, DAMAGES[damage]?.(readFileSync(path, 'utf8'), 0.6) ?? '');
    expect((await place.run(['status'])).json).toMatchObject({ state: 'enrolled', deviceId: json['deviceId'] });
    const agent = place.start(['run', '--json']);
    expect(await agent.event('state-restored')).toBeDefined();
    expect(await agent.event('connected')).toMatchObject({ deviceId: json['deviceId'] });
    expect(place.state()).toMatchObject({ privateKey, enrolment: { deviceId: json['deviceId'] } });
  });
});
