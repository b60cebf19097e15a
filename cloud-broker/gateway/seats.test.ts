import { describe, expect, test } from 'vitest';
import { Seats, type Seated } from './seats.ts';

class Board implements Seated {
  isIn = false;
  readonly address: string;

  constructor(address: string) {
    this.address = address;
  }
  enter(): void {
    this.isIn = true;
  }
}

function stage() {
  const clock = { now: 0 };
  const seats = new Seats(() => clock.now);
  const arrive = (address: string, count: number): Board[] =>
    Array.from({ length: count }, () => {
      const board = new Board(address);
      seats.arrive(board);
      return board;
    });
  const inside = (boards: Board[]): Board[] => boards.filter(({ isIn }) => isIn);
  return { clock, seats, arrive, inside };
}

describe('seats between CONNACK and request', () => {
  test('[E10] are so many that a herd gets through in time: as many as are left in two seconds', () => {
    const { clock, seats, arrive, inside } = stage();
    const herd = arrive('192.0.2.1', 3000);
    const through = (count: number, everyMs: number): void => {
      for (let n = 0; n < count; n += 1) {
        const at = herd.findIndex(({ isIn }) => isIn);
        clock.now += everyMs;
        for (const board of herd.splice(at, 1)) seats.leave(board);
      }
    };
    expect(inside(herd)).toHaveLength(64);
    through(500, 10);
    expect(inside(herd).length).toBeGreaterThan(180);
    expect(inside(herd).length).toBeLessThanOrEqual(202);
    through(300, 100);
    expect(inside(herd)).toHaveLength(64);
  });

  test('[E10] taken by the silent ones of one site go to boards of other networks at once, and none of these waits for them', () => {
    const { seats, arrive, inside } = stage();
    const flood = Array.from({ length: 1000 }, (_each, n) => arrive(`2001:db8:1:${n.toString(16)}::1`, 1)).flat();
    expect(inside(flood)).toHaveLength(64);
    const schools = ['192.0.2.1', '192.0.2.2', '2001:db8:2::1'].flatMap((address) => arrive(address, 10));
    expect(inside(schools)).toHaveLength(30);
    expect(inside(flood)).toHaveLength(64);
    for (const board of schools) seats.leave(board);
    expect(inside(flood)).toHaveLength(94);
    for (const board of flood) seats.leave(board);
    expect(inside(arrive('192.0.2.3', 70))).toHaveLength(64);
  });

  test('are not waited for without end, and who left waits for none', () => {
    const { seats, arrive, inside } = stage();
    const [first, ...others] = arrive('192.0.2.1', 67);
    const [last, gone] = others.slice(-2).toReversed();
    if (last === undefined || gone === undefined || first === undefined) throw new Error('no boards');
    seats.letIn(last);
    expect([last.isIn, gone.isIn]).toEqual([true, false]);
    seats.leave(gone);
    seats.leave(gone);
    seats.letIn(gone);
    expect(gone.isIn).toBe(false);
    for (const board of [first, last]) seats.leave(board);
    expect(inside(others)).toHaveLength(65);
  });
});
