import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Lanes } from './lanes.ts';

/** Enters and notes when it may begin, or that it was turned away. */
function visitor(lanes: Lanes, began: string[]): (name: string, lane: 'front' | 'back') => Promise<void> {
  return async (name, lane) => {
    began.push((await lanes.enter(lane)) ? name : `${name}: turned away`);
  };
}

const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('lanes', () => {
  test('[E10] those of the back lane begin only when nobody waits in the front one; each lane in its order', async () => {
    const lanes = new Lanes(1, 10);
    const began: string[] = [];
    const enter = visitor(lanes, began);
    for (const [name, lane] of [
      ['first', 'back'],
      ['b1', 'back'],
      ['b2', 'back'],
      ['f1', 'front'],
      ['f2', 'front'],
    ] as const)
      void enter(name, lane);
    expect(lanes.waiting).toBe(4);
    for (let turn = 0; turn < 5; turn += 1) {
      await settled();
      lanes.leave();
      if (turn === 1) void enter('f3', 'front');
    }
    await settled();
    expect(began).toEqual(['first', 'f1', 'f2', 'f3', 'b1', 'b2']);
    expect(lanes.waiting).toBe(0);
  });

  test('[E10] too many are turned away', async () => {
    const lanes = new Lanes(1, 2);
    const began: string[] = [];
    const enter = visitor(lanes, began);
    for (const name of ['a', 'b', 'c', 'd']) void enter(name, 'front');
    await settled();
    expect(began).toEqual(['a', 'd: turned away']);
    lanes.leave();
    await settled();
    expect(began).toEqual(['a', 'd: turned away', 'b']);
  });

  test('[E10] a full back lane shuts nobody out of the front one: who came last in the back gives way', async () => {
    const lanes = new Lanes(1, 2);
    const began: string[] = [];
    const enter = visitor(lanes, began);
    for (const [name, lane] of [
      ['a', 'back'],
      ['b', 'back'],
      ['c', 'back'],
      ['d', 'front'],
      ['e', 'back'],
    ] as const)
      void enter(name, lane);
    await settled();
    expect(began.toSorted()).toEqual(['a', 'c: turned away', 'e: turned away']);
    lanes.leave();
    lanes.leave();
    await settled();
    expect(began.slice(3)).toEqual(['d', 'b']);
  });

  test('[E10] whatever comes and goes: never more at once than allowed, never more waiting, and nobody is forgotten', async () => {
    const moves = fc.array(fc.constantFrom('front' as const, 'back' as const, 'leave' as const), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.nat({ max: 5 }), moves, async (atOnce, mostWaiting, sequence) => {
        const lanes = new Lanes(atOnce, mostWaiting);
        let running = 0;
        let answers = 0;
        let entered = 0;
        const enter = async (lane: 'front' | 'back'): Promise<void> => {
          entered += 1;
          if (await lanes.enter(lane)) running += 1;
          answers += 1;
        };
        const all: Promise<void>[] = [];
        const leave = (): void => {
          if (running === 0) return;
          running -= 1;
          lanes.leave();
        };
        for (const move of sequence) {
          if (move === 'leave') leave();
          else all.push(enter(move));
          await Promise.resolve();
          await Promise.resolve();
          expect(running).toBeLessThanOrEqual(atOnce);
          expect(lanes.waiting).toBeLessThanOrEqual(mostWaiting);
          expect(answers + lanes.waiting).toBe(entered);
        }
        while (running > 0) {
          leave();
          await settled();
        }
        await Promise.all(all);
        expect(lanes.waiting).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
