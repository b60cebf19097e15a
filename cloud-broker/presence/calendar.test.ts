import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Calendar, type Planned } from './calendar.ts';

const item = (): Planned => ({ plannedS: null });

test('what is put off is looked at once in between, what is brought forward is looked at then, what is forgotten never', () => {
  const calendar = new Calendar<Planned>();
  const [off, forward, gone] = [item(), item(), item()];
  calendar.plan(off, 10_000);
  calendar.plan(off, 70_000);
  calendar.plan(forward, 70_000);
  calendar.plan(forward, 10_400);
  calendar.plan(gone, 10_000);
  calendar.forget(gone);
  expect(calendar.takeDue(9_999)).toEqual([]);
  expect(new Set(calendar.takeDue(10_000))).toEqual(new Set([off, forward]));
  expect(calendar.takeDue(1e12)).toEqual([]);
});

test('nobody is looked at later than planned, whatever was planned before, and nobody twice', () => {
  const step = fc.record({ who: fc.nat(4), at: fc.nat(20_000), forget: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(20_000), (steps, now) => {
      const calendar = new Calendar<Planned>();
      const items = Array.from({ length: 5 }, item);
      const wanted = new Map<Planned, number>();
      for (const { who, at, forget } of steps) {
        const one = items[who];
        if (one === undefined) continue;
        if (forget) calendar.forget(one);
        else calendar.plan(one, at);
        if (forget) wanted.delete(one);
        else wanted.set(one, at);
      }
      const due = calendar.takeDue(now);
      expect(new Set(due).size).toBe(due.length);
      for (const [one, at] of wanted) if (at <= now) expect(due).toContain(one);
      for (const one of due) expect(wanted.has(one)).toBe(true);
    }),
  );
});
