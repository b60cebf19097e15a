import type { Host } from './host.ts';
import type { BoardFacts } from './linux.ts';
import { cleanAscii, cleanSerial, cleanText } from './text.ts';

const LINE = /^\[([^\]]+)\]: \[(.*)\]\r?$/;
const MOST_PROPERTIES = 4096;

/** The properties that `getprop` prints, one `[name]: [value]` a line. Lines of another shape are skipped. */
export function parseGetprop(output: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of output.split('\n')) {
    const match = LINE.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) properties.set(match[1], match[2]);
    if (properties.size >= MOST_PROPERTIES) break;
  }
  return properties;
}

/** What Android's properties say of the board; `ro.serialno` first, as makers set it. */
export function androidFacts(properties: ReadonlyMap<string, string>): BoardFacts {
  const serials = ['ro.serialno', 'ro.boot.serialno', 'ro.vendor.serialno', 'ro.product.serialno'];
  const serial = serials.map((name) => cleanSerial(properties.get(name))).find((found) => found !== null) ?? null;
  const release = cleanText(properties.get('ro.build.version.release'), 32);
  return {
    source: 'android-getprop',
    serial,
    boardUuid: null,
    model: cleanAscii(properties.get('ro.product.model')),
    manufacturer: cleanText(properties.get('ro.product.manufacturer'), 64),
    firmware: cleanAscii(properties.get('ro.build.display.id')) ?? cleanAscii(properties.get('ro.build.id')),
    os: release === undefined ? undefined : `Android ${release}`,
  };
}

/** Asks `getprop`; null where there is none, so that this is no Android. */
export async function probeAndroid(host: Host): Promise<BoardFacts | null> {
  const output = (await host.run('/system/bin/getprop', [])) ?? '';
  return output === '' ? null : androidFacts(parseGetprop(output));
}
