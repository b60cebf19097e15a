import { enrolledIds, foundIds, seenIds, type Viewer } from '../../store/queries/devices.ts';
import type { DeviceSearch } from '../../store/queries/search.ts';
import type { Sql } from '../../store/sql.ts';

/** Either a selection, or all enrolled devices that a filter of GET /devices shows. */
export interface Aim {
  ids?: string[] | undefined;
  filter?: (Omit<Parameters<typeof foundIds>[2], 'q'> & { q?: string | undefined }) | undefined;
}

/** The devices that are meant, each once; `unseen` are those of a selection that the viewer does not see (A4). */
export async function targetsOf(
  sql: Sql,
  viewer: Viewer,
  { ids, filter = {} }: Aim,
  search: DeviceSearch,
): Promise<{ ids: string[]; unseen: string[] }> {
  if (ids !== undefined) {
    const asked = [...new Set(ids)];
    const seen = seenIds(sql, viewer, asked);
    return { ids: asked.filter((id) => seen.has(id)), unseen: asked.filter((id) => !seen.has(id)) };
  }
  const q = filter.q?.trim() ?? '';
  const isPlain = q === '' && filter.model === undefined && filter.firmware === undefined;
  const found = isPlain ? enrolledIds(sql, viewer, filter) : await foundIds(search, viewer, { ...filter, q });
  return { ids: found, unseen: [] };
}
