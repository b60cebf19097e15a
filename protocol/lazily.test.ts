import { expect, test } from 'vitest';
import { lazily } from './lazily.ts';

test('it is made when it is first wanted, once for all who want it, and again after it failed', async () => {
  const made: string[] = [];
  const failures = ['first'];
  const get = lazily(async () => {
    const failure = failures.pop();
    made.push(failure ?? 'right');
    if (failure !== undefined) throw new Error(failure);
    return made;
  });
  expect(made).toEqual([]);
  await expect(get()).rejects.toThrow('first');
  expect(await Promise.all([get(), get()])).toEqual([made, made]);
  expect(made).toEqual(['first', 'right']);
});
