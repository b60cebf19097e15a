import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deviceSorts, deviceStatuses } from '../../../protocol/api.ts';
import { addressOf, chosenColumns, filterQuery, noFilter, parseAddress, paths } from './address.ts';
import type { PathPage, View } from './address.ts';

const parse = (address: string): View => {
  const url = new URL(address, 'http://console.example');
  return parseAddress(url.pathname, url.search);
};

const text = (most: number) => fc.string({ unit: 'grapheme', maxLength: most }).filter((value) => value.length <= most);
const view: fc.Arbitrary<View> = fc.oneof(
  fc.constantFrom(...(Object.keys(paths) as PathPage[])).map((page): View => ({ page })),
  text(128)
    .filter((q) => q !== '')
    .map((q): View => ({ page: 'audit', q })),
  fc.record({
    page: fc.constant('devices' as const),
    filter: fc.record({
      status: fc.constantFrom(null, ...deviceStatuses),
      q: text(100),
      tag: text(64),
      model: text(64),
      firmware: text(64),
      unstable: fc.constantFrom('', 'true'),
      silent: fc.constantFrom('', 'before-7d', 'within-12h'),
      enrolled: fc.constantFrom('', 'before-999d'),
      sort: fc.constantFrom(...deviceSorts),
    }),
    columns: fc.subarray([...chosenColumns]).map((columns) => (columns.length === 0 ? null : columns)),
    device: fc.option(fc.string({ minLength: 1 })),
    panel: fc.constantFrom(null, 'blocked' as const),
  }),
);

describe('the address', () => {
  test('holds every view: reading it back gives the same', () => {
    fc.assert(
      fc.property(view, (shown) => {
        expect(parse(addressOf(shown))).toEqual(shown);
      }),
    );
  });

  test('is short where nothing is filtered', () => {
    expect(addressOf(parse('/'))).toBe('/devices');
    expect(filterQuery(noFilter).toString()).toBe('');
  });

  test('leaves out what it does not know', () => {
    expect(addressOf(parse('/devices?status=gone&sort=colour&panel=x&extra=1&q=a&unstable=maybe&silent=7d&columns=colour'))).toBe(
      '/devices?q=a',
    );
  });
});
