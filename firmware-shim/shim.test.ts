import { describe, expect, test } from 'vitest';
import { androidFacts, probeAndroid } from './android.ts';
import { detectBoard, isBoardSetting } from './detect.ts';
import { celsius, createHealthReader, inventoryEntries, memoryPercent, percentOf } from './figures.ts';
import { thisHost, within, type Host } from './host.ts';
import { cleanMac, deviceTreeFacts, dmiFacts, osName, readMacs } from './linux.ts';
import { serialFromId, usableMachineId } from './machine-id.ts';
import { cleanAscii, cleanSerial, cleanText, cleanUuid } from './text.ts';

const NONE: Host = { read: async () => null, list: async () => [], run: async () => null };

/** A machine that has these files, and on Android these properties, and nothing else. */
function machine(files: Record<string, string>, properties?: Record<string, string>): Host {
  return {
    read: async (path) => files[path] ?? null,
    list: async (folder) => [
      ...new Set(
        Object.keys(files)
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.slice(folder.length + 1).split('/')[0] ?? ''),
      ),
    ],
    // As `getprop` does: one property by its name, or all of them in one list that a value may break.
    run: async (_command, [name]) => {
      if (properties === undefined) return null;
      const listed = Object.entries(properties).map(([key, value]) => `[${key}]: [${value}]`);
      return name === undefined ? listed.join('\n') : `${properties[name] ?? ''}\n`;
    },
  };
}

const on = (host: Host, machineId: string | null = null) =>
  detectBoard('auto', {
    host,
    machineId: async () => machineId,
    ownId: async () => 'f00d'.repeat(8),
    show: () => undefined,
  }).identify();

const PROPERTIES = {
  'ro.boot.serialno': 'K7C0019B2D',
  'ro.build.display.id': 'SBP7.230414.001 release-keys',
  'ro.build.version.release': '11',
  'ro.product.manufacturer': 'SMART Technologies',
  'ro.product.model': 'SBID-MX275-V4',
  'ro.serialno': 'K7C0019B2D',
};

describe('texts of boards', () => {
  test('serials: NUL at the end, blanks, empty, placeholders, 64 characters, longer', () => {
    expect(cleanSerial('10000000a1b2c3d4\0')).toBe('10000000a1b2c3d4');
    expect(cleanSerial('  PF3ABCDE \n')).toBe('PF3ABCDE');
    const longest = `K7C0${'19B2D'.repeat(12)}`;
    expect(cleanSerial(longest)).toBe(longest);
    expect(cleanSerial(`${longest}X`)).toBeNull();
    const unusable = [
      '',
      '\0',
      ' \n',
      'To be filled by O.E.M.\n',
      'Default string',
      '0123456789',
      '00000000',
      'None',
      'SÉRIE-1',
      'a\tb',
      null,
      undefined,
    ];
    expect(unusable.map(cleanSerial)).toEqual(unusable.map(() => null));
  });

  test('other texts are cleaned and cut to what the protocol carries', () => {
    expect(cleanAscii('Modèle\u202E 55\0')).toBe('Modle 55');
    expect(cleanAscii('x1'.repeat(100))?.length).toBe(64);
    expect(cleanText('Société\u200B 💡', 9)).toBe('Société');
    // Bytes that are no UTF-8 come as U+FFFD: one in a maker's name would keep the board out.
    expect(cleanText('Soci\uFFFDt\uFFFD\u3164', 9)).toBe('Socit');
    expect(cleanText('\0', 9)).toBeUndefined();
    expect(cleanUuid('4C4C4544-0043-3510-8052-B4C04F564433\n')).toBe('4c4c4544-0043-3510-8052-b4c04f564433');
    expect(['00000000-0000-0000-0000-000000000000', '03000200-0400-0500-0006-000700080009', 'x'].map(cleanUuid)).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('Android', () => {
  test('what getprop says', async () => {
    expect(await probeAndroid(machine({}, PROPERTIES))).toEqual({
      source: 'android-getprop',
      serial: 'K7C0019B2D',
      boardUuid: null,
      model: 'SBID-MX275-V4',
      manufacturer: 'SMART Technologies',
      firmware: 'SBP7.230414.001 release-keys',
      os: 'Android 11',
    });
  });

  test('[E6] no value of a property is ever another property', async () => {
    const breaks = ['\n', '\r\n', '\r', '\u0085', '\u2028', '\0', ']\n'];
    for (const end of breaks) {
      const value = `first${end}[ro.serialno]: [SPOOFED-0001]${end}[ro.boot.serialno]: [SPOOFED-0001]`;
      const host = machine({}, { ...PROPERTIES, 'persist.sys.multi': value, 'ro.product.model': value });
      expect(await probeAndroid(host)).toMatchObject({ serial: 'K7C0019B2D' });
      const none = await probeAndroid(machine({}, { 'ro.build.version.release': value, 'ro.serialno': `K7C0${value}` }));
      expect(none?.serial ?? 'none', JSON.stringify(end)).not.toMatch(/SPOOFED/);
    }
  });

  test('a placeholder in ro.serialno falls back to ro.boot.serialno', () => {
    const properties = new Map([
      ['ro.serialno', 'unknown'],
      ['ro.boot.serialno', 'RK3588-77'],
    ]);
    expect(androidFacts(properties).serial).toBe('RK3588-77');
  });

  test('without getprop this is no Android', async () => {
    expect(await probeAndroid(NONE)).toBeNull();
  });
});

describe('Linux', () => {
  test('DMI: the first usable serial; not readable without root', () => {
    const files = {
      product_serial: 'To be filled by O.E.M.\n',
      board_serial: '/7XK2/CN1296\n',
      product_name: 'OPS-i7\n',
      sys_vendor: 'ACME\n',
    };
    expect(dmiFacts(files)).toMatchObject({
      source: 'dmi',
      serial: '/7XK2/CN1296',
      model: 'OPS-i7',
      manufacturer: 'ACME',
      boardUuid: null,
    });
    expect(dmiFacts({ product_serial: null, product_name: 'OPS-i7\n' })).toMatchObject({ serial: null, model: 'OPS-i7' });
  });

  test('device tree: strings end with a NUL', () => {
    const facts = deviceTreeFacts({
      'serial-number': '10000000a1b2c3d4\0',
      model: 'Raspberry Pi 4 Model B Rev 1.4\0',
      compatible: 'raspberrypi,4-model-b\0brcm,bcm2711\0',
    });
    expect(facts).toMatchObject({
      serial: '10000000a1b2c3d4',
      model: 'Raspberry Pi 4 Model B Rev 1.4',
      manufacturer: 'raspberrypi',
    });
  });

  test('only a permanent hardware address counts', () => {
    expect(cleanMac('D8:5E:D3:01:02:03\n', '0\n')).toBe('d8:5e:d3:01:02:03');
    expect([
      cleanMac('d8:5e:d3:01:02:03', '3'),
      cleanMac('00:00:00:00:00:00', '0'),
      cleanMac('02:42:ac:11:00:02', '0'),
      cleanMac('', '0'),
    ]).toEqual([null, null, null, null]);
  });

  test('[E1] what many boards share is neither a hardware address nor a board UUID', () => {
    const macs = ['88:88:88:88:87:88', 'ff:ff:ff:ff:ff:ff', '00:a0:c6:00:00:00', '00:90:4C:11:22:33'];
    expect(macs.filter((mac) => cleanMac(mac, '0') !== null)).toEqual([]);
    const uuids = [
      '03000200-0400-0500-0006-000700080009',
      'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
      '12345678-1234-5678-90AB-CDDEEFAABBCC',
      'fefefefe-fefe-fefe-fefe-fefefefefefe',
    ];
    expect(uuids.filter((uuid) => cleanUuid(uuid) !== null)).toEqual([]);
  });

  test('[E1] an adapter on USB comes after what is built in, whatever its name', async () => {
    const card = (name: string, address: string, uevent: string) => ({
      [`/sys/class/net/${name}/address`]: `${address}\n`,
      [`/sys/class/net/${name}/addr_assign_type`]: '0\n',
      [`/sys/class/net/${name}/device/uevent`]: uevent,
    });
    const host = machine({
      ...card('enx00249b112233', '00:24:9b:51:7a:3e', 'DEVTYPE=usb_interface\nDRIVER=r8152\n'),
      ...card('wlan0', 'd8:5e:d3:01:02:03', 'DRIVER=rtw88\n'),
    });
    expect(await readMacs(host)).toEqual(['d8:5e:d3:01:02:03', '00:24:9b:51:7a:3e']);
  });

  test('the system’s name', () => {
    expect(osName('NAME=x\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n')).toBe('Debian GNU/Linux 13 (trixie)');
    expect(osName(null)).toBeUndefined();
  });
});

describe('detection', () => {
  const DMI = '/sys/class/dmi/id';

  test('the first probe with a usable serial speaks: hardware', async () => {
    const both = machine({ [`${DMI}/product_serial`]: 'DMI-1', '/proc/device-tree/serial-number': 'DT-1\0' });
    expect(await on(both, 'ab12'.repeat(8))).toMatchObject({
      serial: 'DMI-1',
      serialSource: 'dmi',
      trust: 'hardware',
      fingerprint: { serial: 'DMI-1' },
    });
    expect(await on(machine({}, PROPERTIES))).toMatchObject({
      serial: 'K7C0019B2D',
      serialSource: 'android-getprop',
      os: 'Android 11',
    });
  });

  test('[E6] only placeholders: a machine id as the last resort, weak, but the model is still told', async () => {
    const host = machine({
      [`${DMI}/product_serial`]: 'Default string\n',
      [`${DMI}/product_name`]: 'OPS-i5\n',
      '/sys/class/net/eth0/address': 'd8:5e:d3:01:02:03\n',
      '/sys/class/net/eth0/addr_assign_type': '0\n',
    });
    const identity = await on(host, 'ab12'.repeat(8));
    expect(identity).toMatchObject({ serialSource: 'machine-id', trust: 'weak', model: 'OPS-i5' });
    expect(identity.serial).toBe(serialFromId('MID', 'ab12'.repeat(8)));
    expect(identity.fingerprint).toEqual({
      serial: null,
      machineId: 'ab12'.repeat(8),
      boardUuid: null,
      firstMac: 'd8:5e:d3:01:02:03',
      macs: ['d8:5e:d3:01:02:03'],
    });
  });

  test('without even a machine id: the own random id, never the host name', async () => {
    expect(usableMachineId('classroom-7\n')).toBeNull();
    expect(usableMachineId('0'.repeat(32))).toBeNull();
    expect(usableMachineId('AB12'.repeat(8))).toBe('ab12'.repeat(8));
    expect((await on(NONE)).serial).toBe(serialFromId('OWN', 'f00d'.repeat(8)));
  });

  test('settings', () => {
    expect(
      ['auto', 'simulated:a', 'simulated:a,nokey,machine=2', 'simulated:a,serial=Default string'].every(isBoardSetting),
    ).toBe(true);
    expect(['', 'x', 'simulated:', 'simulated:a b', 'simulated:a,machine=0', 'simulated:a,what'].some(isBoardSetting)).toBe(
      false,
    );
  });
});

describe('the door to the host', () => {
  test('missing files, endless files and slow work answer null', async () => {
    expect(await thisHost.read('/nowhere/at/all')).toBeNull();
    expect((await thisHost.read('/dev/zero'))?.length).toBe(4096);
    expect(await thisHost.run('/nowhere/getprop', [])).toBeNull();
    expect(await thisHost.list('/nowhere')).toEqual([]);
    expect(await within(new Promise<number>(() => undefined), 5, -1)).toBe(-1);
    expect(await within(Promise.reject<number>(new Error('x')), 1000, -1)).toBe(-1);
  });

  test('figures', async () => {
    expect([percentOf(1, 3), percentOf(5, 0), percentOf(9, 3), percentOf(Number.NaN, 3)]).toEqual([
      33.3,
      undefined,
      100,
      undefined,
    ]);
    expect(memoryPercent('MemTotal: 1000 kB\nMemAvailable:  250 kB\n')).toBe(75);
    expect([celsius('54321\n'), celsius(null), celsius('-274000')]).toEqual([54.3, undefined, undefined]);
    expect(inventoryEntries({ cpu: 'x\u0007', cores: 4, disk: null, os: '', é: 'y' })).toEqual({ cpu: 'x', cores: '4' });
    expect(Object.keys(inventoryEntries(Object.fromEntries(Array.from({ length: 99 }, (_, n) => [`k${n}`, n])))).length).toBe(64);
    expect(await createHealthReader(NONE)()).not.toHaveProperty('temperatureC');
  });
});
