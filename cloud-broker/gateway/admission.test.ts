import { isIP } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Admission, type Visitor } from './admission.ts';
import { defaultLimits, type GatewayLimits } from './limits.ts';

class Stranger implements Visitor {
  state: 'waiting' | 'inside' | 'turned away' = 'waiting';
  readonly address: string;

  constructor(address: string) {
    this.address = isIP(address) > 0 ? address : `192.0.2.${Buffer.from(address).reduce((sum, byte) => sum + byte, 0) % 256}`;
  }
  enter(): void {
    this.state = 'inside';
  }
  turnAway(): void {
    this.state = 'turned away';
  }
}

function porch(limits: Partial<GatewayLimits>) {
  const clock = { now: 0 };
  const admission = new Admission({ ...defaultLimits, ...limits }, () => clock.now);
  const arrive = (address: string): Stranger => {
    const stranger = new Stranger(address);
    admission.arrive(stranger);
    return stranger;
  };
  const fail = (address: string, times: number): void => {
    for (let count = 0; count < times; count++) admission.leave(arrive(address), true);
  };
  return { clock, admission, arrive, fail };
}

describe('admission', () => {
  test('[E10] lets so many in at a time, the others in the order they came', () => {
    const { admission, arrive } = porch({ strangers: 2 });
    const [a, b, c, d] = ['1', '2', '3', '4'].map(arrive);
    expect([a, b, c, d].map((each) => each?.state)).toEqual(['inside', 'inside', 'waiting', 'waiting']);
    if (b !== undefined) admission.leave(b, false);
    if (b !== undefined) admission.leave(b, false);
    expect([c?.state, d?.state]).toEqual(['inside', 'waiting']);
  });

  test('[E10] an address that only succeeds never spends anything: a school behind one NAT', () => {
    const { admission, arrive } = porch({ strangers: 1, lateStrangers: 0, failures: 1, failuresPerSecond: 0 });
    for (let display = 0; display < 1000; display++) {
      const stranger = arrive('school');
      expect(stranger.state).toBe('inside');
      admission.leave(stranger, false);
    }
  });

  test('[E10] an address beyond its failures waits behind the others but is not shut out', () => {
    const { admission, arrive, fail } = porch({ strangers: 2, lateStrangers: 1, failures: 3, failuresPerSecond: 0 });
    fail('bad', 3);
    const bad = [arrive('bad'), arrive('bad')];
    expect(bad.map(({ state }) => state)).toEqual(['inside', 'waiting']);
    const good = [arrive('good'), arrive('good')];
    expect(good.map(({ state }) => state)).toEqual(['inside', 'waiting']);
    if (bad[0] !== undefined) admission.leave(bad[0], true);
    expect([good[1]?.state, bad[1]?.state]).toEqual(['inside', 'waiting']);
    for (const each of good) admission.leave(each, false);
    expect(bad[1]?.state).toBe('inside');
  });

  test('[E10] failures come back with time, and who waited in front goes behind when its address fails meanwhile', () => {
    const { admission, arrive, clock } = porch({ strangers: 1, lateStrangers: 1, failures: 1, failuresPerSecond: 1 });
    const first = arrive('bad');
    const second = arrive('bad');
    const good = arrive('good');
    admission.leave(first, true);
    expect([second.state, good.state]).toEqual(['waiting', 'inside']);
    admission.leave(good, false);
    expect(second.state).toBe('inside');
    admission.leave(second, true);
    clock.now += 2000;
    const holder = arrive('other');
    const again = arrive('bad');
    const behind = arrive('good');
    admission.leave(holder, false);
    expect([again.state, behind.state]).toEqual(['inside', 'waiting']);
  });

  test('[E10] a full waiting room turns away the spent first, then newcomers', () => {
    const { arrive, fail } = porch({ strangers: 1, lateStrangers: 1, failures: 1, failuresPerSecond: 0, waiting: 2 });
    fail('bad', 1);
    arrive('holder');
    const bad = [arrive('bad'), arrive('bad'), arrive('bad')];
    expect(bad.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'turned away']);
    const good = [arrive('a'), arrive('b'), arrive('c')];
    expect(bad.map(({ state }) => state)).toEqual(['turned away', 'turned away', 'turned away']);
    expect(good.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'turned away']);
  });

  test('[E10] in a full waiting room the network that holds most makes room for others, never for its own', () => {
    const { arrive, admission } = porch({ strangers: 1, waiting: 10 });
    arrive('192.0.2.1');
    const flood = Array.from({ length: 10 }, (_each, n) => arrive(`2001:db8:1:${n}::1`));
    expect(arrive('2001:db8:1:ff::1').state).toBe('turned away');
    const others = ['192.0.2.2', '192.0.2.2', '2001:db8:2::1'].map(arrive);
    expect(others.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting']);
    expect(flood.filter(({ state }) => state === 'turned away')).toEqual(flood.slice(0, 3));
    expect(admission.waiting).toBe(10);
    for (const each of [...flood, ...others]) admission.leave(each, false);
    expect(admission.waiting).toBe(0);
  });

  test('[E10] [P4] how many get in a second is measured while others wait, and only then', () => {
    const { admission, arrive, clock } = porch({ strangers: 2 });
    const comeAndGo = (count: number, everyMs: number, inLine: number): void => {
      const line = Array.from({ length: 2 + inLine }, () => arrive('a'));
      for (let n = 0; n < count; n++) {
        line.push(arrive('a'));
        const next = line.shift();
        clock.now += everyMs;
        if (next !== undefined) admission.leave(next, false);
      }
      for (const each of line) admission.leave(each, false);
    };
    comeAndGo(1000, 500, 0);
    for (let n = 0; n < 100; n++) {
      clock.now += 500;
      admission.leave(arrive('a'), false);
    }
    expect(admission.perSecond).toBe(2);
    comeAndGo(1000, 10, 3);
    expect(admission.perSecond).toBeCloseTo(100, 0);
  });

  test('[E10] [P4] as many may wait as get their turn in time, by the measured rate; whoever comes then is turned away at once', () => {
    const { admission, arrive, clock } = porch({ strangers: 2, waiting: 1000, waitMs: 10_000 });
    const line = Array.from({ length: 500 }, () => arrive('a'));
    for (const each of line.splice(0, 100)) {
      clock.now += 100;
      admission.leave(each, false);
    }
    expect([admission.perSecond, admission.waiting]).toEqual([10, 398]);
    expect(arrive('a').state).toBe('turned away');
    for (const each of line.splice(0, 299)) admission.leave(each, false);
    expect(arrive('a').state).toBe('waiting');
  });
});
