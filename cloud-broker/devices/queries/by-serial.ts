import { serialKey } from '../../../protocol/text.ts';
import type { Reads } from '../../store/tx.ts';
import { deviceView, HAS_TAG, type DeviceView, type Viewer } from './devices.ts';
import { eachOf } from '../../store/dialect.ts';

/** Devices and waiting boards that carry one of these serials (E12), as the viewer sees them, and the serials that none carries. */
export async function devicesBySerial(
  tx: Reads,
  viewer: Viewer,
  serials: readonly string[],
): Promise<{ found: DeviceView[]; missing: string[] }> {
  const asked = new Map(serials.map((serial) => [serialKey(serial), serial.trim()]));
  asked.delete('');
  // The index of serials serves it: one look-up a serial, whatever the domain's size.
  const rows = await tx.all<{ id: string; key: string }>(
    `SELECT d.id, d.serial_key AS key FROM ${eachOf('?', 'asked')} CROSS JOIN devices d
      WHERE ${['d.serial_key = asked.value AND d.domain_id = ?', "d.state <> 'unenrolled'", ...viewer.tags.map(() => HAS_TAG)].join(' AND ')}`,
    JSON.stringify([...asked.keys()]),
    viewer.domainId,
    ...viewer.tags,
  );
  const seen = new Set(rows.map(({ key }) => key));
  return {
    found: await Promise.all(rows.map(async ({ id }) => (await deviceView(tx, viewer, id)) ?? [])).then((lists) => lists.flat()),
    missing: [...asked].filter(([key]) => !seen.has(key)).map(([, serial]) => serial),
  };
}
