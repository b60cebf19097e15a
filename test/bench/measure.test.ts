import { expect, test } from 'vitest';
import { judge, quantile } from './measure.ts';

test('a comparison is judged by the median of its pairs’ ratios', () => {
  const pairs = [
    { ours: 10, other: 10 },
    { ours: 30, other: 10 },
    { ours: 20, other: 10 },
  ];
  const about = { bench: 'b', figure: 'f', unit: '/s', pairs };
  expect(judge({ ...about, bound: { atLeast: 2 } })).toMatchObject({ ratio: 2, spread: [1, 3], ok: true, bound: '>= 2' });
  expect(judge({ ...about, bound: { atLeast: 2.1 } }).ok).toBe(false);
  expect(judge({ ...about, bound: { atMost: 1.9 } }).ok).toBe(false);
});

test('a quantile is a value that was measured', () => {
  expect(quantile([3, 1, 2, 4], 0.5)).toBe(3);
  expect(quantile([1], 0.99)).toBe(1);
});
