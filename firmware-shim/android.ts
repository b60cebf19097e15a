import type { Host } from './host.ts';
import type { BoardFacts } from './linux.ts';
import { cleanAscii, cleanSerial, cleanText } from './text.ts';

const SERIALS = ['ro.serialno', 'ro.boot.serialno', 'ro.vendor.serialno', 'ro.product.serialno'];
const RELEASE = 'ro.build.version.release';
const OTHERS = ['ro.product.model', 'ro.product.manufacturer', 'ro.build.display.id', 'ro.build.id'];

/** What Android's properties reveal about the board; `ro.serialno` first, as makers set it. */
export function androidFacts(properties: ReadonlyMap<string, string>): BoardFacts {
  const serial = SERIALS.map((name) => cleanSerial(properties.get(name))).find((found) => found !== null) ?? null;
  const release = cleanText(properties.get(RELEASE), 32);
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

/**
 * Asks `getprop` for each property by name: in a full listing, a value with a line break could pass for another property. Null if there is no
 * `getprop`, in which case this is not Android.
 */
export async function probeAndroid(host: Host): Promise<BoardFacts | null> {
  const ask = (name: string) => host.run('/system/bin/getprop', [name]);
  const release = await ask(RELEASE);
  if (release === null) return null;
  const asked = [...SERIALS, ...OTHERS].map(async (name) => [name, (await ask(name)) ?? ''] as const);
  return androidFacts(new Map([[RELEASE, release], ...(await Promise.all(asked))]));
}
