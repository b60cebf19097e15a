import { describe, expect, test } from 'vitest';
import { firstLink, nextLink, type Link } from './link.ts';

type Step = [at: number, event: Parameters<typeof nextLink>[1]];

/** How the line looked after each tick of half a second and each event, until `end`. */
function play(steps: Step[], end: number): (Link & { at: number })[] {
  const ticks = Array.from({ length: end / 500 }, (_, n): Step => [n * 500 + 499, 'tick']);
  let link = firstLink(0);
  return [...steps, ...ticks].toSorted(([a], [b]) => a - b).map(([at, event]) => ({ ...(link = nextLink(link, event, at)), at }));
}

/** A stream that opens and is cut again after `lives`, every `every` ms, while the service answers at once. */
const cutting = (every: number, lives: number, end: number): Step[] =>
  Array.from({ length: Math.ceil(end / every) }, (_, n): Step[] => [
    [n * every, 'opened'],
    [n * every + lives, 'cut'],
    [n * every + lives + 50, 'answered'],
  ]).flat();

describe('the line to the service', () => {
  test('a proxy that holds the stream back or cuts it never makes the link lost, and is told of, without a flicker', () => {
    for (const steps of [cutting(5_000, 4_400, 120_000), cutting(2_000, 1_000, 120_000), [[20, 'answered']] satisfies Step[]]) {
      const seen = play(steps, 120_000);
      expect(seen.some(({ link }) => link === 'lost')).toBe(false);
      const turns = seen.filter(({ slow }, index) => slow !== seen[index - 1]?.slow && index > 0);
      expect(turns.map(({ slow }) => slow)).toEqual([true]);
      expect(turns[0]?.at).toBeLessThan(13_000);
    }
  });

  test('a stream that lasts ends it, and a service that restarts is no proxy', () => {
    const back = play([...cutting(5_000, 4_400, 20_000), [20_500, 'opened']], 60_000);
    expect(back.findLast(({ slow }) => slow)?.at).toBeLessThan(27_500);
    expect(back.at(-1)).toMatchObject({ link: 'live', slow: false, deafSince: null });
    const restarted: Step[] = [
      [0, 'opened'],
      [30_000, 'cut'],
      [30_050, 'unanswered'],
      [40_000, 'answered'],
      [40_500, 'opened'],
    ];
    const seen = play(restarted, 90_000);
    expect(seen.filter(({ at }) => at >= 30_050 && at < 40_000).every(({ link }) => link === 'lost')).toBe(true);
    expect(seen.filter(({ at }) => at >= 40_000).every(({ link }) => link === 'live')).toBe(true);
  });

  test('a cut stream and no answer is a lost link within half a second', () => {
    const seen = play(
      [
        [0, 'opened'],
        [30_000, 'cut'],
      ],
      31_000,
    );
    expect(seen.filter(({ at }) => at > 30_500).every(({ link }) => link === 'lost')).toBe(true);
  });
});
