import { serialKey } from './text.ts';

/** Words that make up makers' “nothing is set here” texts, in any order and with or without anything between them. */
const UNSET_WORDS = `to be filled fill in by more oem default string system sys serialno serial numb number num ser sn
  base board baseboard mainboard motherboard chassis product processor asset tag type1 type2 type3 type version name
  manufacturer manufacture vendor sku uuid device information info id not no none null nil na nan unknown unknow
  unavailable undefined unset unspecified unassigned unprogrammed uninitialized invalid empty blank void specified
  applicable available set settable present provided assigned programmed defined supported test sample eval evaluation
  demo dummy example placeholder generic standard tbd tba todo inconnu aucun`
  .split(/\s+/)
  .toSorted((one, other) => other.length - one.length)
  .join('|');
const ONLY_UNSET_WORDS = new RegExp(`^(?:${UNSET_WORDS})+(?:x{3,})?$`);

/**
 * Serials that no rule below distinguishes from real ones: those of SoC makers' kits, and those that inventory lists (GLPI, OCS) have found on many
 * boards. Letters and digits only.
 */
const KITS: ReadonlySet<string> = new Set(
  `c3d9b8674f4b94f6 68ed23606b58 20080411 deadbeef cafebabe android emulator goldfish ranchu rockchip allwinner sunxi amlogic
  mediatek qualcomm hisilicon sernum0 oemdefaultstring000 iatpass tulipcomputers sn123456fvgv3i0b8o5n6n7k 5ekpm18320000397`.split(
    /\s+/,
  ),
);
const EMULATOR = /^(?:emulator|cuttlefish)[a-z]*\d/;

/** Prefixes allowed before a short sequence, as in `SN-12345`; makers' product names are not. */
const LABEL = /^(?:serialnumber|serialno|serial|serno|ser|system|sys|default|oem|asset|chassis|number|no|nr|sn|mb)(?=\d|x)/;

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';
const CYCLES = ['0123456789'.repeat(8), '0123456789abcdef'.repeat(5), '1234567890abcdef'.repeat(5), `0123456789${ALPHABET}`];
const backwards = (text: string): string => Array.from(text).toReversed().join('');
const LONG_RUNS = [...CYCLES, ...CYCLES.map(backwards)];
/** Where people start when they type filler text. A shorter run from the middle is a number like any other. */
const BEGINNINGS = ['0123456789', '1234567890', ALPHABET, '9876543210', 'fedcba', 'qwertyuiop', 'asdfghjkl'];
const COUNTDOWNS = ['9876543210', '987654321'];
const LONG = 8;

const isTypedRun = (text: string, least: number): boolean =>
  text.length >= least && (BEGINNINGS.some((run) => run.startsWith(text)) || COUNTDOWNS.some((run) => run.endsWith(text)));
const isLongRun = (text: string): boolean => text.length >= LONG && LONG_RUNS.some((run) => run.includes(text));

const DIGITS = /^\d+$/;

/** Ascending or descending characters as a whole, between zeros, or in each group of letters and of digits (`ABCD1234`). */
function isSequence(text: string): boolean {
  if (isTypedRun(text, 4) || isLongRun(text) || isLongRun(text.replace(/^0{2,}|0{2,}$/g, ''))) return true;
  return text.length >= LONG && text.split(/(?<=\d)(?=\D)|(?<=\D)(?=\d)/).every((stretch) => isTypedRun(stretch, 3));
}

/** Two interleaved sequences: `A1B2C3D4`, `11223344`. Pure digits count only if chance is unlikely to produce them. */
function isInterleaved(text: string): boolean {
  if (text.length < LONG) return false;
  const isEven = (from: number): boolean => {
    const codes = Array.from(text)
      .filter((_, index) => index % 2 === from)
      .map((letter) => Number.parseInt(letter, 36));
    const [first = 0, second = 0] = codes;
    const step = second - first;
    return Math.abs(step) <= 1 && codes.every((code, index) => code === first + step * index);
  };
  return isEven(0) && isEven(1) && (text.length >= 10 || !DIGITS.test(text) || /^(?:(.)\1)+$/.test(text));
}

/** The same unit repeated: `ABCD1234ABCD1234`. Short numbers repeat by chance, so only plain ones count. */
function isRepeated(text: string): boolean {
  const unit = /^(.+?)\1+$/.exec(text)?.[1];
  if (unit === undefined) return false;
  if (text.length >= 12 || (text.length >= 6 && isTypedRun(unit, 3))) return true;
  return text.length >= LONG && (unit.length <= 2 || /[g-z]/.test(unit) || (text.length >= 10 && !DIGITS.test(unit)));
}

/** A label and a sequence (`SN-12345`), or any letters and a long one (`BSN12345678901234567`). */
function isLabelled(text: string): boolean {
  const rest = text.replace(LABEL, '');
  if (rest !== text && (isTypedRun(rest, rest.startsWith('0') ? 7 : 5) || /^(?:x{4,}|(.)\1{7,})$/.test(rest))) return true;
  return isLongRun(/^[a-z]+(\d.*)$/.exec(text)?.[1] ?? '');
}

const plain = (text: string): string => serialKey(text).replace(/[^a-z0-9]/g, '');

/** True for text that makers leave when nothing was set: `Default string`, blanks, one character repeated (ignoring signs). */
export function isUnsetText(text: string): boolean {
  const letters = plain(text);
  return new Set(letters).size <= 1 || ONLY_UNSET_WORDS.test(letters);
}

/**
 * True for a serial that many boards share (E6), ignoring case, blanks and signs: unset texts, known serials of SoC makers' kits and emulators, and
 * filler that people type (sequences, repetitions).
 */
export function isPlaceholderSerial(serial: string): boolean {
  const text = plain(serial).replace(/^0x(?=.)/, '');
  if (isUnsetText(serial) || isUnsetText(text) || KITS.has(text) || EMULATOR.test(text)) return true;
  if (/^(?:[0x]+|[0f]+)$/.test(text)) return true;
  return isSequence(text) || isInterleaved(text) || isRepeated(text) || isLabelled(text);
}
