import { expect, test } from 'vitest';
import { FlushBatcher } from './flush-batcher.ts';
import type { Flush } from './flush.ts';
import { PresenceRegistry } from './presence-registry.ts';

const soon = async (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

function batcher(): { batch: FlushBatcher; flushes: () => number; finish: (error?: Error) => void } {
  const running: PromiseWithResolvers<void>[] = [];
  let flushes = 0;
  const batch = new FlushBatcher(async () => {
    flushes += 1;
    const flush = Promise.withResolvers<void>();
    running.push(flush);
    await flush.promise;
  });
  const finish = (error?: Error): void => {
    const flush = running.shift();
    if (error === undefined) flush?.resolve();
    else flush?.reject(error);
  };
  return { batch, flushes: () => flushes, finish };
}

test('[P5] 500 that wait are flushed at once, fewer gather', async () => {
  const { batch, flushes, finish } = batcher();
  const waiting = Array.from({ length: 499 }, async () => batch.wait());
  await soon();
  expect(flushes()).toBe(0);
  waiting.push(batch.wait());
  await soon();
  expect(flushes()).toBe(1);
  finish();
  await Promise.all(waiting);
});

test('[P5] who comes while a flush runs waits for the next one, which begins when the first is through', async () => {
  const { batch, flushes, finish } = batcher();
  const first = Array.from({ length: 500 }, async () => batch.wait());
  await soon();
  const second = Array.from({ length: 500 }, async () => batch.wait());
  await soon();
  expect(flushes()).toBe(1);
  finish();
  await Promise.all(first);
  await soon();
  expect(flushes()).toBe(2);
  finish();
  await Promise.all(second);
});

test('a flush that fails is told to all who wait for it, and the next one runs', async () => {
  const { batch, flushes, finish } = batcher();
  const failing = Array.from({ length: 500 }, async () => batch.wait());
  await soon();
  finish(new Error('disk full'));
  const results = await Promise.allSettled(failing);
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  const again = Array.from({ length: 500 }, async () => batch.wait());
  await soon();
  expect(flushes()).toBe(2);
  finish();
  await Promise.all(again);
  await batch.settled();
});

test('[P5] a heartbeat that nobody waits for (QoS 0) is taken at once, counted, and in the next flush', async () => {
  const flushes: Flush[] = [];
  const registry = new PresenceRegistry(
    {
      flush: async (flush) => {
        flushes.push(flush);
      },
      clock: () => Date.UTC(2026, 10, 23),
      heartbeat: { intervalS: 60, jitterS: 10 },
      thresholds: { jitterS: 10, graceS: 30 },
      onFlushError: () => {},
    },
    [],
  );
  registry.connected('dev-00000001');
  const at = new Date(0).toISOString();
  await registry.heartbeat('dev-00000001', { type: 'heartbeat', epoch: 1, seq: 1, at, uptimeS: 1, health: {} }, false);
  expect([flushes.length, registry.heartbeats]).toEqual([0, 1]);
  await registry.close();
  expect(flushes.flatMap(({ rows }) => rows.map(({ deviceId }) => deviceId))).toEqual(['dev-00000001']);
});
