import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PriorityQueue } from './priority-queue.ts';

/** Enters and notes when it may begin, or that it was turned away. */
function visitor(queue: PriorityQueue, began: string[]): (name: string, rank: 'front' | 'back') => Promise<void> {
  return async (name, rank) => {
    began.push((await queue.enter(rank)) ? name : `${name}: turned away`);
  };
}

const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a priority queue', () => {
  test('[E10] those at the back begin only when nobody waits at the front; each of the two in its order', async () => {
    const queue = new PriorityQueue(1, 10);
    const began: string[] = [];
    const enter = visitor(queue, began);
    for (const [name, rank] of [
      ['first', 'back'],
      ['b1', 'back'],
      ['b2', 'back'],
      ['f1', 'front'],
      ['f2', 'front'],
    ] as const)
      void enter(name, rank);
    expect(queue.waiting).toBe(4);
    for (let turn = 0; turn < 5; turn += 1) {
      await settled();
      queue.leave();
      if (turn === 1) void enter('f3', 'front');
    }
    await settled();
    expect(began).toEqual(['first', 'f1', 'f2', 'f3', 'b1', 'b2']);
    expect(queue.waiting).toBe(0);
  });

  test('[E10] too many are turned away', async () => {
    const queue = new PriorityQueue(1, 2);
    const began: string[] = [];
    const enter = visitor(queue, began);
    for (const name of ['a', 'b', 'c', 'd']) void enter(name, 'front');
    await settled();
    expect(began).toEqual(['a', 'd: turned away']);
    queue.leave();
    await settled();
    expect(began).toEqual(['a', 'd: turned away', 'b']);
  });

  test('[E10] a full back shuts nobody out of the front: who came last at the back gives way', async () => {
    const queue = new PriorityQueue(1, 2);
    const began: string[] = [];
    const enter = visitor(queue, began);
    for (const [name, rank] of [
      ['a', 'back'],
      ['b', 'back'],
      ['c', 'back'],
      ['d', 'front'],
      ['e', 'back'],
    ] as const)
      void enter(name, rank);
    await settled();
    expect(began.toSorted()).toEqual(['a', 'c: turned away', 'e: turned away']);
    queue.leave();
    queue.leave();
    await settled();
    expect(began.slice(3)).toEqual(['d', 'b']);
  });

  test('[E10] whatever comes and goes: never more at once than allowed, never more waiting, and nobody is forgotten', async () => {
    const moves = fc.array(fc.constantFrom('front' as const, 'back' as const, 'leave' as const), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.nat({ max: 5 }), moves, async (atOnce, mostWaiting, sequence) => {
        const queue = new PriorityQueue(atOnce, mostWaiting);
        let running = 0;
        let answers = 0;
        let entered = 0;
        const enter = async (rank: 'front' | 'back'): Promise<void> => {
          entered += 1;
          if (await queue.enter(rank)) running += 1;
          answers += 1;
        };
        const all: Promise<void>[] = [];
        const leave = (): void => {
          if (running === 0) return;
          running -= 1;
          queue.leave();
        };
        for (const move of sequence) {
          if (move === 'leave') leave();
          else all.push(enter(move));
          await Promise.resolve();
          await Promise.resolve();
          expect(running).toBeLessThanOrEqual(atOnce);
          expect(queue.waiting).toBeLessThanOrEqual(mostWaiting);
          expect(answers + queue.waiting).toBe(entered);
        }
        while (running > 0) {
          leave();
          await settled();
        }
        await Promise.all(all);
        expect(queue.waiting).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
