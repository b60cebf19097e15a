import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TimerWheel, type Planned } from './timer-wheel.ts';

const item = (): Planned => ({ plannedS: null });

test('what is put off is looked at once in between, what is brought forward is looked at then, what is forgotten never', () => {
  const wheel = new TimerWheel<Planned>();
  const [off, forward, gone] = [item(), item(), item()];
  wheel.plan(off, 10_000);
  wheel.plan(off, 70_000);
  wheel.plan(forward, 70_000);
  wheel.plan(forward, 10_400);
  wheel.plan(gone, 10_000);
  wheel.forget(gone);
  expect(wheel.takeDue(9_999)).toEqual([]);
  expect(new Set(wheel.takeDue(10_000))).toEqual(new Set([off, forward]));
  expect(wheel.takeDue(1e12)).toEqual([]);
});

test('nobody is looked at later than planned, whatever was planned before, and nobody twice', () => {
  const step = fc.record({ who: fc.nat(4), at: fc.nat(20_000), forget: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(20_000), (steps, now) => {
      const wheel = new TimerWheel<Planned>();
      const items = Array.from({ length: 5 }, item);
      const wanted = new Map<Planned, number>();
      for (const { who, at, forget } of steps) {
        const one = items[who];
        if (one === undefined) continue;
        if (forget) wheel.forget(one);
        else wheel.plan(one, at);
        if (forget) wanted.delete(one);
        else wanted.set(one, at);
      }
      const due = wheel.takeDue(now);
      expect(new Set(due).size).toBe(due.length);
      for (const [one, at] of wanted) if (at <= now) expect(due).toContain(one);
      for (const one of due) expect(wanted.has(one)).toBe(true);
    }),
  );
});
