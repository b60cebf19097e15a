import type { SerialSource } from '../protocol/messages.ts';
import type { Host } from './host.ts';
import { cleanAscii, cleanSerial, cleanText, cleanUuid } from './text.ts';

/** The result of one probe. Without a usable serial, the model may still help a later probe. */
export interface BoardFacts {
  source: SerialSource;
  serial: string | null;
  boardUuid: string | null;
  model: string | undefined;
  manufacturer: string | undefined;
  firmware: string | undefined;
  os: string | undefined;
}

type Files = Readonly<Record<string, string | null>>;

const DMI_FOLDER = '/sys/class/dmi/id';
const DMI_FILES = [
  'product_serial',
  'board_serial',
  'chassis_serial',
  'product_name',
  'board_name',
  'sys_vendor',
  'board_vendor',
  'bios_version',
  'product_uuid',
];

/** The facts in DMI's files; without root, the serials and the UUID cannot be read (null). */
export function dmiFacts(files: Files): BoardFacts {
  const serials = ['product_serial', 'board_serial', 'chassis_serial'];
  return {
    source: 'dmi',
    serial: serials.map((name) => cleanSerial(files[name])).find((found) => found !== null) ?? null,
    boardUuid: cleanUuid(files['product_uuid']),
    model: cleanAscii(files['product_name']) ?? cleanAscii(files['board_name']),
    manufacturer: cleanAscii(files['sys_vendor']) ?? cleanAscii(files['board_vendor']),
    firmware: cleanAscii(files['bios_version']),
    os: undefined,
  };
}

/** The facts in the device tree's strings: each string ends with a NUL; `compatible` is `maker,board`. */
export function deviceTreeFacts(files: Files): BoardFacts {
  const maker = cleanText(files['compatible'], 128)?.split(',');
  return {
    source: 'device-tree',
    serial: cleanSerial(files['serial-number']),
    boardUuid: null,
    model: cleanAscii(files['model']),
    manufacturer: maker !== undefined && maker.length > 1 ? cleanText(maker[0], 64) : undefined,
    firmware: undefined,
    os: undefined,
  };
}

async function readAll(host: Host, folder: string, names: readonly string[]): Promise<Record<string, string | null>> {
  const texts = await Promise.all(names.map((name) => host.read(`${folder}/${name}`)));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? null]));
}

export async function probeDmi(host: Host): Promise<BoardFacts | null> {
  const files = await readAll(host, DMI_FOLDER, DMI_FILES);
  return Object.values(files).every((text) => text === null) ? null : dmiFacts(files);
}

export async function probeDeviceTree(host: Host): Promise<BoardFacts | null> {
  const files = await readAll(host, '/proc/device-tree', ['serial-number', 'model', 'compatible']);
  return Object.values(files).every((text) => text === null) ? null : deviceTreeFacts(files);
}

const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;

/** Addresses found on many boards: from chips without an address of their own, and from devices posing as a network card. */
const SHARED_MACS: ReadonlySet<string> = new Set([
  '88:88:88:88:87:88',
  '88:88:88:88:88:88',
  '00:15:18:01:81:31', // Amlogic
  '00:90:4c:11:22:33', // Broadcom
  '00:90:4c:c5:12:38',
  '00:e0:4c:53:44:58', // USB network adapters
  '10:11:11:11:11:11',
  '20:41:53:59:4e:ff', // modems and tunnels
  '24:b6:20:52:41:53',
  '44:45:53:54:61:6f',
]);
/** A maker's prefix with nothing set after it, or no address at all. */
const UNSET_MAC = /:00:00:00$|:ff:ff:ff$/;

/** True for a hardware address that many boards share. */
export const isSharedMac = (mac: string): boolean => SHARED_MACS.has(mac) || UNSET_MAC.test(mac);

/** A hardware address that belongs to the card: permanent (kind 0), neither multicast nor local, and not shared by many boards. */
export function cleanMac(address: string | null, assignType: string | null): string | null {
  const mac = (address ?? '').trim().toLowerCase();
  if (!MAC.test(mac) || isSharedMac(mac) || (assignType ?? '').trim() !== '0') return null;
  return (Number.parseInt(mac.slice(0, 2), 16) & 0b11) === 0 ? mac : null;
}

/**
 * The board's permanent hardware addresses by interface name; virtual interfaces have none. USB adapters come last: one may be an installer's and
 * move from board to board.
 */
export async function readMacs(host: Host): Promise<string[]> {
  const [own, plugged]: [string[], string[]] = [[], []];
  for (const name of await host.list('/sys/class/net')) {
    const folder = `/sys/class/net/${name}`;
    const mac = cleanMac(await host.read(`${folder}/address`), await host.read(`${folder}/addr_assign_type`));
    if (mac === null) continue;
    const isPlugged = /^DEVTYPE=usb_/m.test((await host.read(`${folder}/device/uevent`)) ?? '');
    (isPlugged ? plugged : own).push(mac);
  }
  return [...own, ...plugged];
}

/** The system's name from /etc/os-release, such as `Debian GNU/Linux 13`. */
export function osName(osRelease: string | null): string | undefined {
  const line = /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(osRelease ?? '');
  return cleanText(line?.[1], 64);
}
