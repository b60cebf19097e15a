/**
 * Codes typed by people: product keys (K1) and claim codes (K4). 16 symbols of Crockford base 32, whose 80 random bits cannot be guessed, and a check
 * symbol of the same alphabet, which distinguishes a typing error from a code that does not exist.
 */
import { crockfordCode, normaliseCode } from '../../protocol/text.ts';

const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const RANDOM_SYMBOLS = 16;
const LENGTH = RANDOM_SYMBOLS + 1;
/** x^5 + x^2 + 1 makes the 32 symbols a field. */
const FIELD = 0b100101;

/** Multiplies by x in the field of 32. */
function timesX(value: number): number {
  const doubled = value << 1;
  return doubled & 32 ? doubled ^ FIELD : doubled;
}

/**
 * Evaluates the code as a polynomial at x; zero for a code with its check symbol. Each position has its own weight, so a single wrong symbol or two
 * swapped neighbours are always detected.
 */
function remainder(symbols: string): number {
  return Array.from(symbols).reduce((sum, symbol) => timesX(sum) ^ SYMBOLS.indexOf(symbol), 0);
}

/** Creates a code from at least 16 random bytes, in groups: `XXXX-XXXX-XXXX-XXXXX`; the last symbol is the check. */
export function newCode(random: Uint8Array): string {
  const symbols = crockfordCode(random, RANDOM_SYMBOLS);
  return grouped(`${symbols}${SYMBOLS[timesX(remainder(symbols))] ?? ''}`);
}

function grouped(symbols: string): string {
  return [symbols.slice(0, 4), symbols.slice(4, 8), symbols.slice(8, 12), symbols.slice(12)].join('-');
}

/** The intended code without grouping: case, spaces and dashes are ignored, O is 0, I and L are 1. Null for a typing error. */
export function readCode(typed: string): string | null {
  const symbols = normaliseCode(typed);
  const known = Array.from(symbols).every((symbol) => SYMBOLS.includes(symbol));
  return known && symbols.length === LENGTH && remainder(symbols) === 0 ? symbols : null;
}

/** The part of a code that may be shown to identify it. */
export function endOf(code: string): string {
  return normaliseCode(code).slice(-4);
}
