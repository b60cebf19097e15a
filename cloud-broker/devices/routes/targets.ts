import type { DeviceFilter } from '../../../protocol/api.ts';
import { seenIds, type Viewer } from '../queries/devices.ts';
import { idsOfFilter } from '../queries/found-devices.ts';
import type { DeviceSearch } from '../queries/search.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { momentOf } from '../present.ts';

/** Either a selection of ids, or all enrolled devices that match a filter of GET /devices. */
export interface Aim {
  ids?: string[] | undefined;
  filter?: DeviceFilter | undefined;
}

/** The target devices without duplicates; `unseen` lists those of a selection that the viewer may not see (A4). */
export async function targetsOf(
  deps: HttpDeps,
  viewer: Viewer,
  { ids, filter = {} }: Aim,
  search: DeviceSearch,
): Promise<{ ids: string[]; unseen: string[] }> {
  const tx = deps.store.reader;
  if (ids !== undefined) {
    const asked = [...new Set(ids)];
    const seen = await seenIds(tx, viewer, asked);
    return { ids: asked.filter((id) => seen.has(id)), unseen: asked.filter((id) => !seen.has(id)) };
  }
  return { ids: await idsOfFilter(tx, search, viewer, filter, momentOf(deps)), unseen: [] };
}
