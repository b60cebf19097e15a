/** The probes start programs of this machine (node:child_process). */
import { expect, test } from 'vitest';
import { detectBoard } from './detect.ts';

test('detection on this very machine answers, within limits, something the protocol carries', async () => {
  const board = detectBoard('auto', { ownId: async () => 'f00d'.repeat(8), show: () => undefined });
  const identity = await board.identify();
  expect(identity.serial).toMatch(/^[\x20-\x7e]{1,64}$/);
  expect(await board.sign(Buffer.from('x'))).toBeNull();
  const health = await board.health();
  expect(health.memoryPercent).toBeGreaterThan(0);
  expect(Object.keys(await board.inventory()).length).toBeGreaterThan(0);
});
