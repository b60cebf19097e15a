import { findMade, MAX_SERIALS } from '../../../protocol/api-selection.ts';
import type { Device, DevicesPage } from '../../../protocol/api.ts';
import { ask } from './client.ts';

/** The devices with one of these serials, as one page. */
export async function readBySerial(serials: readonly string[], order: (a: Device, b: Device) => number): Promise<DevicesPage> {
  const items: Device[] = [];
  for (let from = 0; from < serials.length; from += MAX_SERIALS) {
    const { found } = await ask('/devices/find', findMade, { serials: serials.slice(from, from + MAX_SERIALS) });
    items.push(...found);
  }
  return { items: items.toSorted(order), nextCursor: null, total: items.length };
}
