import * as z from 'zod';
import { isPlaceholderSerial } from '../../protocol/placeholder.ts';
import { parsePublicKey } from '../../protocol/signing.ts';
import { asciiText, deviceText } from '../../protocol/text.ts';

/** A line of the vendor's register: one board built and sold. */
export interface RegisterEntry {
  serial: string;
  model: string;
  /** PEM SPKI; null: the board has no factory key. */
  factoryPublicKey: string | null;
  invoice: string | null;
  /** `YYYY-MM-DD`. */
  purchasedOn: string | null;
  credits: number;
  fulfilment: 'on-enrolment' | 'product-key';
}

const emptyIsNull = (value: unknown): unknown => (value === '' || value === undefined ? null : value);

const line = z.object({
  serial: asciiText(64).transform((text) => text.trim()),
  model: asciiText(64).transform((text) => text.trim()),
  factoryPublicKey: z.preprocess(emptyIsNull, z.string().max(2048).nullable()),
  invoice: z.preprocess(emptyIsNull, deviceText(64).nullable()),
  purchasedOn: z.preprocess(emptyIsNull, z.iso.date('must be a date, YYYY-MM-DD').nullable()),
  credits: z.preprocess(
    (value) => (typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : value),
    z.int().min(0).max(1_000_000),
  ),
  fulfilment: z.enum(['on-enrolment', 'product-key']),
});

/** Reads one line's values (texts, as from CSV, or typed, as from JSON). A reason in English where it cannot be listed. */
export function parseRegisterEntry(values: unknown): { entry: RegisterEntry } | { reason: string } {
  const parsed = line.safeParse(values);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { reason: `${issue?.path.join('.') || 'line'}: ${issue?.message ?? 'invalid'}` };
  }
  const entry = parsed.data;
  if (isPlaceholderSerial(entry.serial)) return { reason: 'serial: is a placeholder that many boards share' };
  if (entry.factoryPublicKey === null) return { entry };
  try {
    const pem = entry.factoryPublicKey.replaceAll('\\n', '\n');
    const key = parsePublicKey(pem);
    return { entry: { ...entry, factoryPublicKey: key.export({ format: 'pem', type: 'spki' }).toString().trim() } };
  } catch (error) {
    return {
      reason: `factoryPublicKey: ${error instanceof RangeError ? error.message : 'not a PEM public key (P-256 or Ed25519)'}`,
    };
  }
}

export interface ListedBoard extends RegisterEntry {
  /** Credits not granted yet. */
  left: number;
}

export type ImportVerdict =
  | { verdict: 'added' | 'unchanged' }
  | { verdict: 'changed'; board: ListedBoard }
  | { verdict: 'rejected'; reason: string };

/**
 * K2: a line that differs changes only what was not spent yet; an empty factory key may be filled, a set one never
 * changes. `null`: the serial is not listed yet.
 */
export function mergeEntry(listed: ListedBoard | null, entry: RegisterEntry): ImportVerdict {
  if (listed === null) return { verdict: 'added' };
  if (listed.factoryPublicKey !== null && entry.factoryPublicKey !== listed.factoryPublicKey) {
    return { verdict: 'rejected', reason: 'factoryPublicKey: a factory key that is set never changes' };
  }
  const spent = listed.credits - listed.left;
  if (entry.credits < spent) return { verdict: 'rejected', reason: `credits: ${spent} were granted already` };
  if (spent > 0 && (entry.fulfilment !== listed.fulfilment || entry.invoice !== listed.invoice)) {
    return { verdict: 'rejected', reason: 'fulfilment, invoice: credits of this board were granted already' };
  }
  const fields = ['serial', 'model', 'factoryPublicKey', 'invoice', 'purchasedOn', 'credits', 'fulfilment'] as const;
  if (fields.every((field) => listed[field] === entry[field])) return { verdict: 'unchanged' };
  return { verdict: 'changed', board: { ...entry, left: entry.credits - spent } };
}
