import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { networksOf, readAddress } from './address.ts';
import { FairQueue } from './fair-queue.ts';
import { NetworkBudgets } from './network-budgets.ts';
import { NetworkTree } from './network-tree.ts';

describe('an address', () => {
  test.each([
    ['203.0.113.9', '203.0.113.9'],
    [' 203.0.113.9 ', '203.0.113.9'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['2001:DB8:0:0::0009', '2001:db8::9'],
    ['[2001:db8::9]', '2001:db8::9'],
    ['[2001:db8::9]:443', '2001:db8::9'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:80', 'fe80::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
  ])('%s is read as %s', (text, address) => {
    expect(readAddress(text)).toBe(address);
  });

  test.each([
    '',
    'unknown',
    '_hidden',
    '203.0.113.999',
    '203.0.113',
    '0x7f.1',
    '017.0.0.1',
    '203.0.113.9:',
    '203.0.113.9:x',
    ':80',
    '[::1',
    '::1]',
    '2001:db8::9::1',
    'a.example',
  ])('%s is none', (text) => {
    expect(readAddress(text)).toBeNull();
  });

  test('[E10] IPv4 counts for itself, IPv6 for its /64, /56 and /48; what is no address is one network', () => {
    expect(networksOf('::ffff:192.0.2.1')).toEqual(['192.0.2.1']);
    expect(networksOf('2001:db8:1:2fe:3:4:5:6')).toEqual(['2001:db8:1:2fe::/64', '2001:db8:1:200::/56', '2001:db8:1::/48']);
    expect(networksOf('rubbish')).toEqual(networksOf('other rubbish'));
  });
});

describe('a budget for each network', () => {
  const rate = { burst: 3, perSecond: 0.5 };

  test('[E10] a /48 that spreads over its /64s has four times the budget of one, and no more', () => {
    const budgets = new NetworkBudgets(rate, 1000);
    const tries = Array.from({ length: 5000 }, (_, n) => budgets.spend(`2001:db8:1:${n.toString(16)}::1`, 0));
    expect(tries.filter(Boolean)).toHaveLength(12);
    expect(budgets.spend('2001:db8:2::1', 0)).toBe(true);
  });

  test('one that is refused spends nothing of its wider networks', () => {
    const budgets = new NetworkBudgets(rate, 1000);
    for (let n = 0; n < 100; n += 1) budgets.spend('2001:db8:1:1::1', 0);
    expect(budgets.isSpent('2001:db8:1:1::2', 0)).toBe(true);
    expect([0, 0, 0, 0].map(() => budgets.spend('2001:db8:1:2::1', 0))).toEqual([true, true, true, false]);
  });

  test('subjects have budgets of their own, and time brings back what was spent', () => {
    const budgets = new NetworkBudgets({ burst: 1, perSecond: 0.5 }, 1000);
    expect(['a', 'a', 'b'].map((subject) => budgets.spend('192.0.2.1', 0, subject))).toEqual([true, false, true]);
    expect(budgets.spend('192.0.2.1', 2000, 'a')).toBe(true);
    budgets.giveBack('192.0.2.1', 'a');
    expect(budgets.isSpent('192.0.2.1', 2000, 'a')).toBe(false);
  });
});

describe('a tree of networks', () => {
  test('[E10] the quietest of the network that holds most makes room, a spread /48 counted as one', () => {
    const tree = new NetworkTree<string>();
    tree.add('school 1', '192.0.2.1');
    tree.add('school 2', '192.0.2.1');
    for (let n = 0; n < 3; n += 1) tree.add(`flood ${n}`, `2001:db8:1:${n}::1`);
    tree.heard('flood 0');
    expect(tree.quietestOfFullest()).toBe('flood 1');
    for (const gone of ['flood 1', 'flood 2']) tree.remove(gone);
    expect(tree.quietestOfFullest()).toBe('school 1');
    tree.heard('school 1');
    expect(tree.quietestOfFullest()).toBe('school 2');
  });

  test('knows the fullest network and its own size whatever comes and goes', () => {
    const address = fc.oneof(
      fc.integer({ min: 1, max: 6 }).map((n) => `192.0.2.${n}`),
      fc
        .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 3 }))
        .map(([site, link]) => `2001:db8:${site}:${link}::1`),
    );
    const change = fc.record({ member: fc.integer({ min: 0, max: 12 }), address });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const tree = new NetworkTree<number>();
        const here = new Map<number, string>();
        for (const { member, address: from } of changes) {
          expect(tree.remove(member)).toBe(here.delete(member));
          if (member % 3 === 0) continue;
          tree.add(member, from);
          here.set(member, from);
          const sizes = new Map<string, number>();
          for (const one of here.values())
            sizes.set(networksOf(one).at(-1) ?? '', (sizes.get(networksOf(one).at(-1) ?? '') ?? 0) + 1);
          const chosen = networksOf(here.get(tree.quietestOfFullest() ?? -1) ?? '').at(-1) ?? '';
          expect([tree.size, sizes.get(chosen)]).toEqual([here.size, Math.max(...sizes.values())]);
        }
      }),
    );
  });
});

describe('a fair queue', () => {
  /** Who began, in order, where each task is over before the next begins. */
  async function served(arrivals: readonly string[], mostWaiting: number): Promise<string[]> {
    const queue = new FairQueue(1, mostWaiting);
    await queue.enter('198.51.100.1');
    const order: string[] = [];
    const tasks = arrivals.map(async (address) => {
      if (!(await queue.enter(address))) return;
      order.push(address);
      queue.leave();
    });
    queue.leave();
    await Promise.all(tasks);
    return order;
  }

  test('[E10] each network has its turn, however many one of them sends and over however many addresses', async () => {
    const flood = Array.from({ length: 40 }, (_, n) => `2001:db8:1:${n.toString(16)}::1`);
    const order = await served([...flood, '192.0.2.1', '192.0.2.2'], 100);
    expect(order).toHaveLength(42);
    expect(order.indexOf('192.0.2.2')).toBeLessThan(4);
  });

  test('[E10] where too many wait, the network that holds most gives up places, and others get in', async () => {
    const flood = Array.from({ length: 500 }, (_, n) => `2001:db8:1:${n.toString(16)}::1`);
    const order = await served([...flood, '192.0.2.1', '192.0.2.2', ...flood], 10);
    expect(order).toHaveLength(10);
    expect(order).toContain('192.0.2.1');
    expect(order).toContain('192.0.2.2');
  });

  test('runs no more than its number at a time, and takes up again after it was empty', async () => {
    const queue = new FairQueue(2, 10);
    expect(await Promise.all([queue.enter('192.0.2.1'), queue.enter('192.0.2.1')])).toEqual([true, true]);
    let began = false;
    const third = queue.enter('192.0.2.1').then((begins) => (began = begins));
    await Promise.resolve();
    expect(began).toBe(false);
    queue.leave();
    expect(await third).toBe(true);
    queue.leave();
    queue.leave();
    expect(await queue.enter('192.0.2.9')).toBe(true);
  });
});
