import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparedKeys, SearchOrder, type Key } from './search-order.ts';
import { Signatures } from './trigram-filter.ts';

const name = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'é', '1', ' ', '😀', '\uffee') });

test('a block that holds a term is never passed over, whatever was there before', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(200), name), { maxLength: 300 }), name, (added, term) => {
      const signatures = new Signatures();
      const texts: string[] = [];
      for (const [place, text] of added) {
        signatures.add(place, text);
        texts[place] = text;
      }
      const found = [...signatures.blocksThatMayHold(term, texts.length)].flatMap(({ from, to }) =>
        Array.from({ length: to - from }, (_, offset) => from + offset),
      );
      for (const [place, text] of texts.entries()) if (text?.includes(term)) expect(found).toContain(place);
    }),
  );
});

test('blocks without the letters of a term are passed over', () => {
  const signatures = new Signatures();
  for (let place = 0; place < 3200; place += 1) signatures.add(place, `room ${place}`);
  expect([...signatures.blocksThatMayHold('room 3199', 3200)].length).toBeLessThan(20);
});

test('keys are in the order of the store: nothing, then texts by the bytes of their UTF-8, then ids', () => {
  fc.assert(
    fc.property(name, name, (one, other) => {
      const bytes = Math.sign(Buffer.compare(Buffer.from(one), Buffer.from(other)));
      expect(comparedKeys({ value: one, id: 'x' }, { value: other, id: 'x' })).toBe(bytes);
      expect(comparedKeys({ value: null, id: 'z' }, { value: one, id: 'a' })).toBe(-1);
    }),
  );
});

test('an order in which places come and go is that of their keys, from anywhere and in both directions', () => {
  const steps = fc.array(fc.record({ place: fc.nat(100), value: fc.option(name) }), { maxLength: 120 });
  fc.assert(
    fc.property(
      steps,
      fc.record({ value: fc.option(name), id: fc.string({ maxLength: 2 }) }),
      fc.boolean(),
      (taken, after, down) => {
        const keys = new Map<number, Key>();
        const order = new SearchOrder((place) => keys.get(place) ?? { value: null, id: '' });
        for (const { place, value } of taken) {
          if (keys.has(place)) {
            order.remove(place);
            keys.delete(place);
          } else {
            keys.set(place, { value, id: String(place) });
            order.insert(place);
          }
        }
        const direction = down ? -1 : 1;
        const expected = [...keys.keys()]
          .toSorted((one, other) => direction * comparedKeys(keys.get(one) ?? after, keys.get(other) ?? after))
          .filter((place) => direction * comparedKeys(keys.get(place) ?? after, after) > 0);
        const met: number[] = [];
        order.walk(after, down, new Uint8Array(101).fill(1), (place) => {
          met.push(place);
          return false;
        });
        expect(met).toEqual(expected);
      },
    ),
  );
});
