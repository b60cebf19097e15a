import { afterEach, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { inPages, rowsIn } from './pages.ts';

afterEach(() => vi.unstubAllGlobals());

const page = z.object({ items: z.array(z.number()), nextCursor: z.string().nullable() });

test('a list is read page by page: each is asked for with its filter, its size and where the last one ended', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path);
    const more = !path.includes('cursor');
    return Response.json({ items: more ? [1, 2] : [3], nextCursor: more ? 'a b&c' : null });
  });
  const { queryFn, initialPageParam, getNextPageParam } = inPages('/list', page, 2, { q: 'é' });
  const { signal } = new AbortController();
  const first = await queryFn({ pageParam: initialPageParam, signal });
  const second = await queryFn({ pageParam: getNextPageParam(first), signal });
  expect(asked).toEqual(['/api/v1/list?q=%C3%A9&limit=2', '/api/v1/list?q=%C3%A9&limit=2&cursor=a+b%26c']);
  expect(getNextPageParam(second)).toBeNull();
  expect(rowsIn({ pages: [first, second] })).toEqual([1, 2, 3]);
  expect(rowsIn(undefined)).toEqual([]);
});
