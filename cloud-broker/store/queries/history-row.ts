import type { HistoryRow } from '../../../protocol/api.ts';
import type { HistoryView } from './billing.ts';
import { isoTime } from './cursor.ts';

/** A booked transfer as the API, the event stream and the operator's command line show it. */
export function presentHistoryRow(view: HistoryView): HistoryRow {
  return {
    id: String(view.id),
    n: view.n,
    at: isoTime(view.at),
    kind: view.kind,
    credits: view.credits,
    balanceAfter: view.balanceAfter,
    ...(view.deviceId === null ? {} : { device: view.deviceId }),
    ...(view.serial === null ? {} : { serial: view.serial }),
    ...(view.label === null ? {} : { label: view.label }),
    ...(view.productKeyId === null ? {} : { key: view.productKeyId }),
    actor: view.actor,
    hash: view.hash,
  };
}
