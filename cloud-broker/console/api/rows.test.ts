import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Device, DevicesPage } from '../../../protocol/api.ts';
import type { DeviceFilter } from '../app/address.ts';
import { noFilter } from '../app/address.ts';
import { absorb, compare, differences, matches, nothingWaiting, rowsOf, settle, withTotal } from './rows.ts';
import type { Change, DeviceList } from './rows.ts';

const AT = '2027-07-22T12:00:00.000Z';

const device = (id: string, part: Partial<Device> = {}): Device => ({
  id,
  serial: `S-${id}`,
  serialSource: 'dmi',
  model: 'OPS',
  manufacturer: null,
  label: id,
  tags: [],
  status: 'online',
  statusSince: AT,
  connected: true,
  flapping: false,
  alerted: false,
  lastHeartbeatAt: AT,
  enrolledAt: AT,
  firmware: null,
  os: 'linux',
  arch: 'x64',
  agentVersion: '1',
  health: null,
  credits: null,
  pending: null,
  ...part,
});

/** A list as it was fetched: the first `fetched` pages of `size` rows of a domain. */
function fetchedList(domain: ReadonlyMap<string, Device>, filter: DeviceFilter, size: number, fetched: number): DeviceList {
  const all = [...domain.values()].filter((one) => matches(filter, one)).toSorted((a, b) => compare(filter, a, b));
  const pages: DevicesPage[] = [];
  for (let from = 0; pages.length < fetched && (from === 0 || from < all.length); from += size) {
    const nextCursor = from + size < all.length ? String(from + size) : null;
    pages.push({ items: all.slice(from, from + size), nextCursor, total: all.length });
  }
  return { pages, pageParams: pages.map((_, index) => (index === 0 ? null : String(index * size))) };
}

const listOf = (...devices: Device[]): DeviceList => fetchedList(new Map(devices.map((one) => [one.id, one])), noFilter, 200, 1);
const ids = (list: DeviceList): string[] => rowsOf(list).map((one) => one.id);
const onlineOnly: DeviceFilter = { ...noFilter, status: 'online' };

describe('rows hold still', () => {
  test('a new value shows at once; nothing waits', () => {
    const held = absorb({ list: listOf(device('a'), device('b')), waiting: nothingWaiting }, noFilter, [
      { id: 'b', device: device('b', { status: 'late' }) },
    ]);
    expect(rowsOf(held.list)[1]?.status).toBe('late');
    expect(held.waiting.size).toBe(0);
  });

  test('one that comes, one that goes and one that moves wait, and settle together', () => {
    const before = { list: listOf(device('a'), device('b'), device('c')), waiting: nothingWaiting };
    const held = absorb(before, noFilter, [
      { id: 'aa', device: device('aa') },
      { id: 'b', device: null },
      { id: 'a', device: device('a', { label: 'z' }) },
    ]);
    expect(ids(held.list)).toEqual(['a', 'b', 'c']);
    expect(rowsOf(held.list)[0]?.label).toBe('z');
    expect(held.waiting.size).toBe(3);
    const settled = settle(held, noFilter);
    expect(ids(settled)).toEqual(['aa', 'c', 'a']);
    expect(settled.pages[0]?.total).toBe(3);
  });

  test('a row that leaves its filter and comes back has not changed', () => {
    const start = { list: listOf(device('a')), waiting: nothingWaiting };
    const away = absorb(start, onlineOnly, [{ id: 'a', device: device('a', { status: 'late' }) }]);
    expect(away.waiting.get('a')).toBeNull();
    expect(absorb(away, onlineOnly, [{ id: 'a', device: device('a') }]).waiting.size).toBe(0);
  });

  test('a row that was renamed while it was away moves when it is back', () => {
    const start = { list: listOf(device('a'), device('b'), device('c')), waiting: nothingWaiting };
    const away = absorb(start, onlineOnly, [{ id: 'a', device: device('a', { status: 'late', label: 'z' }) }]);
    const back = absorb(away, onlineOnly, [{ id: 'a', device: device('a', { label: 'z' }) }]);
    expect(ids(settle(back, onlineOnly))).toEqual(['b', 'c', 'a']);
  });

  test('a device beyond the rows fetched so far does not wait: it comes with its page', () => {
    const domain = new Map(['a', 'b', 'c'].map((id) => [id, device(id)]));
    const held = { list: fetchedList(domain, noFilter, 2, 1), waiting: nothingWaiting };
    expect(absorb(held, noFilter, [{ id: 'd', device: device('d') }]).waiting.size).toBe(0);
    expect(absorb(held, noFilter, [{ id: 'ab', device: device('ab') }]).waiting.size).toBe(1);
  });

  test('the total of a list read again is right once all that waits is in', () => {
    const held = absorb({ list: listOf(device('a')), waiting: nothingWaiting }, noFilter, [{ id: 'b', device: device('b') }]);
    expect(settle(withTotal(held, noFilter, 7), noFilter).pages[0]?.total).toBe(7);
  });
});

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const anyDevice = fc
  .record({
    id: fc.constantFrom(...names),
    label: fc.constantFrom(...names),
    status: fc.constantFrom('online' as const, 'offline' as const),
  })
  .map((part) => device(part.id, part));
const anyChange: fc.Arbitrary<Change> = fc.oneof(
  anyDevice.map((one) => ({ id: one.id, device: one })),
  fc.constantFrom(...names).map((id) => ({ id, device: null })),
);
const anyFilter = fc.record({
  status: fc.constantFrom(null, 'online' as const),
  q: fc.constant(''),
  tag: fc.constant(''),
  model: fc.constant(''),
  firmware: fc.constantFrom('', '6.9.4'),
  unstable: fc.constantFrom('', 'true'),
  silent: fc.constantFrom('', 'before-7d'),
  enrolled: fc.constant(''),
  sort: fc.constantFrom('label' as const, '-label' as const, 'since' as const, '-firmware' as const),
});
const asDomain = (devices: readonly Device[]) => new Map(devices.map((one) => [one.id, one]));

describe('a live list', () => {
  test('is, once settled, the list that would be read now', () => {
    fc.assert(
      fc.property(fc.array(anyDevice), anyFilter, fc.array(fc.array(anyChange)), (start, filter, batches) => {
        const domain = asDomain(start);
        let held = { list: fetchedList(domain, filter, 3, 9), waiting: nothingWaiting };
        for (const batch of batches) {
          held = absorb(held, filter, batch);
          for (const { id, device: now } of batch) {
            if (now === null) domain.delete(id);
            else domain.set(id, now);
          }
        }
        const truth = fetchedList(domain, filter, 3, 9);
        const settled = settle(held, filter);
        expect(ids(settled)).toEqual(ids(truth));
        expect(settled.pages[0]?.total).toBe(truth.pages[0]?.total);
      }),
      { numRuns: 1000 },
    );
  });

  test('is after a lost link what is read again', () => {
    fc.assert(
      fc.property(fc.array(anyDevice), fc.array(anyDevice), anyFilter, (before, after, filter) => {
        const held = { list: fetchedList(asDomain(before), filter, 3, 9), waiting: nothingWaiting };
        const fresh = fetchedList(asDomain(after), filter, 3, 9);
        const merged = withTotal(absorb(held, filter, differences(held.list, fresh.pages)), filter, fresh.pages[0]?.total ?? 0);
        const settled = settle(merged, filter);
        expect(ids(settled)).toEqual(ids(fresh));
        expect(settled.pages[0]?.total).toBe(fresh.pages[0]?.total);
      }),
    );
  });
});
