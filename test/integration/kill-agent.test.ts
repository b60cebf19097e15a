import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Place } from '../../agent/support/agent-process.ts';
import type { TestAdmin } from '../support/api-client.ts';
import { newDisplay, someAtATime } from '../support/display.ts';
import { eventually } from '../support/process.ts';
import { seededRandom, seedOfRun } from '../support/seed.ts';
import { CREDITS, TestService } from '../support/service.ts';

/** Everything that an enrolment tells of itself, in its order. */
const STEPS = ['key-made', 'key-saved', 'session-opening', 'request-sent', 'challenge', 'proof-sent', 'accepted', 'saved'];
const ENROLL = ['enroll', '--domain', 'springfield'];

/** The key that the state file holds; null where there is none yet. Fails where it cannot be read. */
function savedKey(display: Place): string | null {
  return existsSync(join(display.folder, 'state.json')) ? display.state().privateKey : null;
}

/** Kills the agent and expects that the next `enroll` on the same folder makes everything good. */
async function expectRecovery(display: Place, kill: () => Promise<void>): Promise<{ deviceId: string; replay: unknown }> {
  await kill();
  const key = savedKey(display);
  const { code, json } = await display.run(ENROLL);
  expect([code, json]).toMatchObject([0, { outcome: 'accepted', domain: 'springfield', credits: { granted: CREDITS } }]);
  const state = display.state();
  if (key !== null) expect(state.privateKey).toBe(key);
  expect(state.enrolment?.deviceId).toBe(json['deviceId']);
  return { deviceId: String(json['deviceId']), replay: json['replay'] };
}

/** One device a board, each with one booking, and the books right. */
async function expectOneOfEach(service: TestService, admin: TestAdmin, deviceIds: string[]): Promise<void> {
  expect((await admin.devices()).map(({ id }) => id).toSorted()).toEqual(deviceIds.toSorted());
  expect((await admin.history()).map(({ device }) => String(device)).toSorted()).toEqual(deviceIds.toSorted());
  expect((await admin.billing()).balance).toBe(deviceIds.length * CREDITS);
  expect((await service.command('ledger', 'verify')).json).toMatchObject({ ok: true, transfers: deviceIds.length });
}

describe('the agent killed while it enrols', () => {
  test('[E1] [E3] kill -9 at every step: asked again, the same key, one device, its credits once', async () => {
    const service = await TestService.start();
    const admin = await service.domain('springfield');
    await service.list(STEPS.map((step) => ({ board: `at-${step}` })));
    const ends = await someAtATime(STEPS, 2, async (step) => {
      const display = newDisplay(service, `at-${step}`);
      return expectRecovery(display, async () => {
        const agent = display.start([...ENROLL, '--json']);
        await agent.event(step);
        agent.kill('SIGKILL');
        await agent.exit();
      });
    });
    // From `accepted` on the service had decided: what came then was the same answer again.
    expect(ends.slice(STEPS.indexOf('accepted')).map(({ replay }) => replay)).toEqual([true, true]);
    await expectOneOfEach(
      service,
      admin,
      ends.map(({ deviceId }) => deviceId),
    );
  });

  test('[E1] [E3] kill -9 again and again at any moment', async () => {
    const random = seededRandom(seedOfRun('kill-agent'));
    const service = await TestService.start();
    const admin = await service.domain('springfield');
    const boards = ['unlucky', 'hapless'];
    await service.list(boards.map((board) => ({ board })));
    const ends = await Promise.all(
      boards.map(async (board) => {
        const display = newDisplay(service, board);
        return expectRecovery(display, async () => {
          for (let kill = 0; kill < 6; kill += 1) {
            const agent = display.start([...ENROLL, '--json']);
            await agent.event('session-opening');
            await new Promise((resolve) => {
              setTimeout(resolve, random() * 60);
            });
            agent.kill('SIGKILL');
            await agent.exit();
            expect(savedKey(display)).not.toBeNull();
          }
        });
      }),
    );
    await expectOneOfEach(
      service,
      admin,
      ends.map(({ deviceId }) => deviceId),
    );
  });
});

describe('the agent killed while it lives as a device', () => {
  test('[P3] started again its epoch has grown, and the device is online', async () => {
    const service = await TestService.start();
    const admin = await service.domain('springfield');
    await service.list([{ board: 'hall' }]);
    const display = newDisplay(service, 'hall');
    const deviceId = String((await display.run(ENROLL)).json['deviceId']);
    let epoch = 0;
    let heardAt = '';
    for (let life = 1; life <= 3; life += 1) {
      const agent = display.start(['run', '--json']);
      const connected = await agent.event('connected');
      expect(connected['epoch']).toBeGreaterThan(epoch);
      epoch = Number(connected['epoch']);
      const device = await eventually(
        async () => admin.device(deviceId),
        ({ lastHeartbeatAt }) => (lastHeartbeatAt ?? '') > heardAt,
        'a heartbeat of this life',
      );
      expect(device).toMatchObject({ status: 'online', connected: true });
      heardAt = device.lastHeartbeatAt ?? '';
      agent.kill('SIGKILL');
      await agent.exit();
      expect(display.state().epoch.lastUsed).toBe(epoch);
    }
    await eventually(
      async () => admin.device(deviceId),
      ({ connected }) => !connected,
      'the end of the session',
    );
  });
});
