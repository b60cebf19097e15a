import type * as z from 'zod';
import { read } from './client.ts';

export type Cursor = string | null;

/** How a list is read page by page; the query options that all such lists share. */
export function inPages<Page extends { nextCursor: Cursor }>(
  path: string,
  schema: z.ZodType<Page>,
  limit: number,
  filter: URLSearchParams | Record<string, string> = {},
) {
  return {
    queryFn: ({ pageParam, signal }: { pageParam: Cursor; signal: AbortSignal }) =>
      read(pathOfPage(path, limit, pageParam, filter), schema, signal),
    initialPageParam: null as Cursor,
    getNextPageParam: ({ nextCursor }: Page): Cursor => nextCursor,
  };
}

export function pathOfPage(
  path: string,
  limit: number,
  cursor: Cursor,
  filter: URLSearchParams | Record<string, string> = {},
): string {
  const query = new URLSearchParams(filter);
  query.set('limit', String(limit));
  if (cursor !== null) query.set('cursor', cursor);
  return `${path}?${query.toString()}`;
}

/** The rows of all pages that were read; none before the first. */
export const rowsIn = <Row>(list: { pages: readonly { items: readonly Row[] }[] } | undefined): Row[] =>
  list?.pages.flatMap(({ items }) => items) ?? [];
