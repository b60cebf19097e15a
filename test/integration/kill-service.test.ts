import { describe, expect, test } from 'vitest';
import type { Accepted } from '../../protocol/messages.ts';
import { serialKey } from '../../protocol/text.ts';
import type { TestAdmin } from '../support/api-client.ts';
import { BoardClient } from '../support/board-client.ts';
import { readDatabase } from '../support/database-copy.ts';
import { eventually } from '../support/process.ts';
import { seededRandom, seedOfRun } from '../support/seed.ts';
import { CREDITS, TestService, type ListedBoard } from '../support/service.ts';

const BOARDS = 200;
const KILLS = 8;
/** Every so many boards hear nothing of their first answer: it is lost on the last metre. */
const DEAF_EVERY = 20;

/** A third of the boards has a factory key, a third has none, a third came on an invoice and brings nothing by itself. */
function registerOf(count: number): ListedBoard[] {
  return Array.from({ length: count }, (_, n): ListedBoard => {
    if (n % 3 === 0) return { board: `wall-${n}` };
    return n % 3 === 1 ? { board: `wall-${n},nokey` } : { board: `wall-${n}`, fulfilment: 'product-key' };
  });
}

/** A display that wants to be enrolled, and what it heard. */
class Wall {
  readonly brings: number;
  readonly serialKey: string;
  accepted: Accepted | null = null;
  /** The answer that it was sent and did not hear. */
  unheard: Accepted | null = null;
  private readonly client: BoardClient;

  private constructor(listed: ListedBoard, client: BoardClient, serial: string) {
    this.client = client;
    this.brings = listed.fulfilment === 'product-key' ? 0 : CREDITS;
    this.serialKey = serialKey(serial);
  }

  static async of(listed: ListedBoard): Promise<Wall> {
    const client = new BoardClient({ board: listed.board, domain: 'springfield' });
    return new Wall(listed, client, (await client.identity()).serial);
  }

  get deviceId(): string {
    return this.accepted?.deviceId ?? '';
  }

  async enrol(service: TestService, deaf: boolean, random: () => number): Promise<void> {
    if (deaf) this.unheard = await this.client.enrol(service, random);
    this.accepted = await this.client.enrol(service, random);
  }
}

/** The id of each board's device on the disk; fails where one board has two. */
async function devicesOnDisk(service: TestService): Promise<Map<string, string>> {
  const rows = await readDatabase<{ id: string; serialKey: string }>(
    service.folder,
    "SELECT id, serial_key AS serialKey FROM devices WHERE state = 'enrolled'",
  );
  const devices = new Map(rows.map((row) => [row.serialKey, row.id]));
  expect(devices.size, 'one device a board').toBe(rows.length);
  return devices;
}

/** One booking for each board that brings credits, and nothing else; the balance is their sum; the proof agrees. */
async function expectRightBooks(service: TestService, admin: TestAdmin, walls: Wall[]): Promise<void> {
  const bringing = walls.filter((wall) => wall.brings > 0);
  const history = await admin.history();
  expect(history.map((row) => String(row.device)).toSorted()).toEqual(bringing.map((wall) => wall.deviceId).toSorted());
  expect(history.every((row) => row.kind === 'enrolment' && row.credits === CREDITS)).toBe(true);
  expect((await admin.billing()).balance).toBe(bringing.length * CREDITS);
  const verdict = await service.command('ledger', 'verify');
  expect([verdict.code, verdict.json]).toMatchObject([0, { ok: true, transfers: bringing.length, sum: 0 }]);
}

describe('the service killed while boards enrol', () => {
  test('[E2] [E3] kill -9 at any moment loses no accepted device, doubles no credit and strands no board', async () => {
    const random = seededRandom(seedOfRun('kill-service'));
    const service = await TestService.start();
    const admin = await service.domain('springfield');
    const register = registerOf(BOARDS);
    await service.list(register);
    const walls = await Promise.all(register.map(async (listed) => Wall.of(listed)));
    const accepted = (): Wall[] => walls.filter((wall) => wall.accepted !== null);
    const enrolling = Promise.all(walls.map(async (wall, n) => wall.enrol(service, n % DEAF_EVERY === 0, random)));
    enrolling.catch(() => undefined);

    const unanswered = new Map<string, string>();
    const killedAt: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      // After some more were accepted, and a moment: so the blow falls in any phase of the others' sessions.
      const goal = accepted().length + Math.floor(random() * (BOARDS / KILLS / 4));
      await Promise.race([eventually(accepted, (done) => done.length >= goal, `${goal} boards`), enrolling]);
      await new Promise((resolve) => {
        setTimeout(resolve, random() * 40);
      });
      await service.kill9();
      killedAt.push(accepted().length);
      const onDisk = await devicesOnDisk(service);
      for (const wall of accepted()) expect(onDisk.get(wall.serialKey)).toBe(wall.deviceId);
      for (const wall of walls) {
        const deviceId = onDisk.get(wall.serialKey);
        if (deviceId !== undefined && wall.accepted === null) unanswered.set(wall.serialKey, deviceId);
      }
      await service.restart();
      const shown = new Set((await admin.devices()).map(({ id }) => id));
      for (const [, deviceId] of onDisk) expect(shown).toContain(deviceId);
    }
    // How many fell while boards enrolled is chance, and the machine's; none would prove nothing.
    expect(killedAt.filter((done) => done < BOARDS).length, 'kills while boards enrolled').toBeGreaterThanOrEqual(2);
    await enrolling;

    for (const wall of walls) {
      const missed = unanswered.get(wall.serialKey) ?? wall.unheard?.deviceId;
      if (missed !== undefined) expect(wall.accepted).toMatchObject({ deviceId: missed, replay: true });
      expect(wall.accepted?.credits.granted).toBe(wall.brings);
      expect(wall.unheard?.credits ?? wall.accepted?.credits).toEqual(wall.accepted?.credits);
      expect(wall.unheard?.certificate).not.toBe(wall.accepted?.certificate);
    }
    const devices = await admin.devices();
    expect(devices.map(({ id }) => id).toSorted()).toEqual(walls.map((wall) => wall.deviceId).toSorted());
    await expectRightBooks(service, admin, walls);
    console.info(`kill-service: accepted at the kills ${killedAt.join(' ')}; committed but unanswered ${unanswered.size}`);
  });
});

describe('the service killed while devices live', () => {
  test('[P5] a heartbeat that was acknowledged before kill -9 is in the database after it', async () => {
    const random = seededRandom(seedOfRun('kill-service, heartbeats'));
    const service = await TestService.start();
    await service.domain('springfield');
    const register = registerOf(12);
    await service.list(register);
    const clients = register.map(({ board }) => new BoardClient({ board, domain: 'springfield' }));
    const acknowledged = new Map<string, number>();
    const enrolled = await Promise.all(clients.map(async (client) => client.enrol(service)));
    for (let kill = 0; kill < 2; kill += 1) {
      if (kill > 0) await service.restart();
      const beating = clients.map(async (client, n) => {
        const accepted = enrolled[n];
        if (accepted === undefined) throw new Error('not enrolled');
        const { deviceId } = accepted;
        const link = await client.connect(service, accepted, accepted.epochFrom + kill);
        // Each carries its number where the service keeps a figure, in hundredths.
        for (let number = (acknowledged.get(deviceId) ?? 0) + 1; ; number += 1) {
          await link.heartbeat({ cpuPercent: number / 100 });
          acknowledged.set(deviceId, number);
        }
      });
      const over = Promise.allSettled(beating);
      const heard = (): number => [...acknowledged.values()].reduce((sum, number) => sum + number, 0);
      const goal = heard() + clients.length + Math.floor(random() * 4 * clients.length);
      await eventually(heard, (count) => count >= goal, `${goal} heartbeats`);
      await service.kill9();
      await over;
      const rows = await readDatabase<{ id: string; health: string }>(
        service.folder,
        'SELECT device_id AS id, health FROM presence',
      );
      const stored = new Map(
        rows.map(({ id, health }) => [id, Math.round((JSON.parse(health) as { cpuPercent: number }).cpuPercent * 100)]),
      );
      for (const [deviceId, number] of acknowledged) expect(stored.get(deviceId)).toBeGreaterThanOrEqual(number);
    }
  });
});
