import { describe, expect, test } from 'vitest';
import type { AgentProcess } from '../../agent/support/agent-process.ts';
import { newDisplay, someAtATime } from '../support/display.ts';
import { eventually } from '../support/process.ts';
import { TestService } from '../support/service.ts';

const BOARDS = ['hall', 'library', 'gym', 'office'];

async function epochOfConnection(agent: AgentProcess, from: number): Promise<number> {
  return Number((await agent.log.until((line) => line.event === 'connected', from))['epoch']);
}

describe('the real agent while its service is killed', () => {
  test('[P4] [P3] `run` comes back by itself with a higher epoch and beats again; what the console shows survives', async () => {
    const service = await TestService.start({ environment: { ROLLCALL_HEARTBEAT_S: '5', ROLLCALL_JITTER_S: '1' } });
    const admin = await service.domain('springfield');
    await service.list(BOARDS.map((board) => ({ board })));
    const agents = await someAtATime(BOARDS, 2, async (board) => {
      const display = newDisplay(service, board);
      expect((await display.run(['enroll', '--domain', 'springfield'])).json).toMatchObject({ outcome: 'accepted' });
      return display.start(['run', '--json']);
    });
    const epochs = await Promise.all(agents.map(async (agent) => epochOfConnection(agent, 0)));
    await eventually(
      async () => admin.devices({ status: 'online' }),
      (devices) => devices.filter((device) => device.lastHeartbeatAt !== null).length === BOARDS.length,
      'all heard',
    );
    const [gone, ...staying] = agents;
    gone?.kill('SIGTERM');
    expect(await gone?.exit()).toBe(0);
    await eventually(
      async () => admin.devices({ status: 'offline' }),
      ({ length }) => length === 1,
      'the goodbye',
    );
    const before = (await admin.devices()).map(({ id, status, statusSince }) => ({ id, status, statusSince }));
    expect(before.map(({ status }) => status).toSorted()).toEqual(['offline', 'online', 'online', 'online']);

    const seen = staying.map((agent) => agent.log.all.length);
    await service.kill9();
    await Promise.all(staying.map(async (agent) => agent.event('link-lost')));
    await service.restart();
    const restartedAt = new Date().toISOString();
    expect((await admin.devices()).map(({ id, status, statusSince }) => ({ id, status, statusSince }))).toEqual(before);

    const later = await Promise.all(staying.map(async (agent, n) => epochOfConnection(agent, seen[n] ?? 0)));
    later.forEach((epoch, n) => expect(epoch).toBeGreaterThan(epochs[n + 1] ?? 0));
    const back = await eventually(
      async () => admin.devices({ status: 'online' }),
      (devices) =>
        devices.filter(({ connected, lastHeartbeatAt }) => connected && (lastHeartbeatAt ?? '') > restartedAt).length === 3,
      'all beat again',
    );
    expect(before).toEqual(expect.arrayContaining(back.map(({ id, statusSince }) => ({ id, status: 'online', statusSince }))));
    const [away] = await admin.devices({ status: 'offline' });
    expect(away).toMatchObject({ connected: false });
  });
});
