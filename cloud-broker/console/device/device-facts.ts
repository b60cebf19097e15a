import type { Device } from '../../../protocol/api.ts';
import type { Formats } from '../words/format.ts';
import type { WordKey, Words } from '../words/words.ts';

type Row = readonly [string, string];

const percent = (formats: Formats, value: number | string): string =>
  typeof value === 'number' ? `${formats.number(Math.round(value))} %` : value;
const degrees = (formats: Formats, value: number | string): string =>
  typeof value === 'number' ? `${formats.number(Math.round(value))} °C` : value;

const known = new Map<string, { word: WordKey; write: (formats: Formats, value: number | string) => string }>([
  ['cpuPercent', { word: 'health.cpu', write: percent }],
  ['memoryPercent', { word: 'health.memory', write: percent }],
  ['diskPercent', { word: 'health.disk', write: percent }],
  ['temperatureC', { word: 'health.temperature', write: degrees }],
]);

const screens = new Map<number | string, WordKey>([
  ['on', 'health.screenOn'],
  ['asleep', 'health.screenAsleep'],
  ['off', 'health.screenOff'],
]);

/** The device's last health report. Names unknown to this console are shown as received. */
export function healthFacts(t: Words['t'], formats: Formats, device: Device): Row[] {
  return Object.entries(device.health ?? {}).map(([name, value]) => {
    if (name === 'screen') {
      const word = screens.get(value);
      return [t('health.screen'), word === undefined ? String(value) : t(word)];
    }
    const entry = known.get(name);
    return entry === undefined ? [name, String(value)] : [t(entry.word), entry.write(formats, value)];
  });
}

const reasons = new Map<string, WordKey>([
  ['held', 'brought.held'],
  ['product-key', 'brought.productKey'],
  ['not-listed', 'brought.notListed'],
  ['none-left', 'brought.noneLeft'],
]);

/** The credits that a device brought at enrolment, or why it brought none. */
export function brought(t: Words['t'], formats: Formats, { granted, reason }: NonNullable<Device['credits']>): string {
  const word = reasons.get(reason);
  return granted > 0 || word === undefined ? t('brought.granted', { count: granted, n: formats.number(granted) }) : t(word);
}
