import { serialKey } from '../../../protocol/text.ts';
import type { Reads } from '../../store/tx.ts';
import { deviceView, HAS_TAG, type DeviceView, type Viewer } from './devices.ts';
import { eachOf } from '../../store/dialect.ts';

/** Devices and waiting boards with one of these serial numbers (E12) that the viewer may see, and the serial numbers without a match. */
export async function devicesBySerial(
  tx: Reads,
  viewer: Viewer,
  serials: readonly string[],
): Promise<{ found: DeviceView[]; missing: string[] }> {
  const asked = new Map(serials.map((serial) => [serialKey(serial), serial.trim()]));
  asked.delete('');
  // Uses the index on serial numbers: one lookup per serial number, whatever the domain's size.
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
