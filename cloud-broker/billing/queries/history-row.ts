import type { HistoryRow } from '../../../protocol/api.ts';
import type { HistoryView } from './billing.ts';
import { isoTime } from '../../store/paging.ts';
import { deviceOrFormer, type Viewer } from '../../devices/queries/devices.ts';
import type { Reads } from '../../store/tx.ts';

/** A booked transfer as shown by the API, the event stream and the operator's command line. */
export function presentHistoryRow(view: HistoryView): HistoryRow {
  return {
    id: String(view.n),
    n: view.n,
    at: isoTime(view.at),
    kind: view.kind,
    credits: view.credits,
    balanceAfter: view.balanceAfter,
    ...(view.deviceId === null ? {} : { device: view.deviceId }),
    ...(view.serial === null ? {} : { serial: view.serial }),
    ...(view.label === null ? {} : { label: view.label }),
    ...(view.productKeyId === null ? {} : { key: view.productKeyId, keyEndsWith: view.keyEndsWith ?? '' }),
    ...(view.date === null ? {} : { date: view.date }),
    ...(view.reason === null ? {} : { reason: view.reason }),
    ...(view.reverses === null ? {} : { reverses: view.reverses }),
    actor: view.actor,
    hash: view.hash,
  };
}

/**
 * The same for one viewer: credits and balance are the domain's, but a device that the viewer may not see stays unnamed (D6, A4). An unenrolled
 * device is named to viewers that saw it (L7).
 */
export async function historyRowFor(tx: Reads, viewer: Viewer, view: HistoryView): Promise<HistoryRow> {
  const row = presentHistoryRow(view);
  if (viewer.tags.length === 0 || view.deviceId === null || (await deviceOrFormer(tx, viewer, view.deviceId)) !== null)
    return row;
  const { device: _device, serial: _serial, label: _label, ...rest } = row;
  return { ...rest, actor: rest.actor.startsWith('device:') ? 'device:' : rest.actor };
}
