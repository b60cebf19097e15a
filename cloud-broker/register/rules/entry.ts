import * as z from 'zod';
import { isPlaceholderSerial } from '../../../protocol/placeholder.ts';
import { parsePublicKey } from '../../../protocol/signing.ts';
import { spreadsheetDamage } from '../../../protocol/table-cells.ts';
import { columnNamed, nearestName, type Columns } from '../../../protocol/table-head.ts';
import { lineProblem, TableRefusal, type FileProblem } from '../../../protocol/table-problems.ts';
import { asciiText, deviceText } from '../../../protocol/text.ts';

/** A line of the vendor's register: one board that was built and sold. */
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

/** The columns of a register file. Columns that may be empty may be missing; any other column refuses the file. */
export const REGISTER_COLUMNS: Columns = {
  required: ['serial', 'model', 'credits', 'fulfilment'],
  optional: ['factoryPublicKey', 'invoice', 'purchasedOn'],
  multiline: { factoryPublicKey: /^\s*-----BEGIN / },
};
export const REGISTER_NAMES = [...REGISTER_COLUMNS.required, ...REGISTER_COLUMNS.optional];

const MAX_CREDITS = 1_000_000;
const NO_CREDITS = 'must be a whole number from 0 to 1,000,000';
const NO_DATE = 'must be a date as YYYY-MM-DD, such as 2026-01-31: spreadsheets rewrite dates unless the column is text';

const emptyIsNull = (value: unknown): unknown => (value === '' || value === undefined ? null : value);

const line = z.object({
  serial: asciiText(64).transform((text) => text.trim()),
  model: asciiText(64).transform((text) => text.trim()),
  factoryPublicKey: z.preprocess(emptyIsNull, z.string().max(2048).nullable()),
  invoice: z.preprocess(emptyIsNull, deviceText(64).nullable()),
  purchasedOn: z.preprocess(emptyIsNull, z.iso.date(NO_DATE).nullable()),
  credits: z.preprocess(
    (value) => (typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : value),
    z.int(NO_CREDITS).min(0, NO_CREDITS).max(MAX_CREDITS, NO_CREDITS),
  ),
  fulfilment: z.enum(['on-enrolment', 'product-key']),
});

/**
 * A line's values under the register's own names; case and surrounding spaces of a name are ignored. `flaw`, in English: what else the line contains,
 * which must not be ignored silently (a factory key under another name would list its board without one).
 */
export function namedValues(values: unknown): { named: Record<string, unknown>; flaw: string | null } {
  const named: Record<string, unknown> = {};
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    return { named, flaw: 'line: is not a JSON object' };
  const refused: FileProblem[] = [];
  for (const [name, value] of Object.entries(values)) {
    const column = columnNamed(name, REGISTER_NAMES);
    if (column === undefined) refused.push({ kind: 'unknown', column: name, nearest: nearestName(name, REGISTER_NAMES) });
    else if (Object.hasOwn(named, column)) refused.push({ kind: 'twice', column });
    else named[column] = value;
  }
  return { named, flaw: refused.length === 0 ? null : new TableRefusal(refused).message };
}

/** Reads one line's values (strings, as from CSV, or typed, as from JSON). Returns a reason in English if it cannot be listed. */
export function parseRegisterEntry(values: unknown): { entry: RegisterEntry } | { reason: string } {
  const { named, flaw } = namedValues(values);
  if (flaw !== null) return { reason: flaw };
  const parsed = line.safeParse(named);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { reason: `${issue?.path.join('.') || 'line'}: ${issue?.message ?? 'invalid'}` };
  }
  const entry = parsed.data;
  for (const column of ['serial', 'model', 'invoice'] as const) {
    const damage = spreadsheetDamage(entry[column] ?? '');
    if (damage !== null) return { reason: lineProblem({ kind: 'damaged', column, damage }, 'en') };
  }
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
 * K2: a differing line changes only what has not been spent; an empty factory key may be filled, a set one never changes. `null`: the serial number
 * is not listed yet.
 */
export function mergeEntry(listed: ListedBoard | null, entry: RegisterEntry): ImportVerdict {
  if (listed === null) return { verdict: 'added' };
  if (listed.factoryPublicKey !== null && entry.factoryPublicKey !== listed.factoryPublicKey) {
    return { verdict: 'rejected', reason: 'factoryPublicKey: a factory key cannot be changed once it is set' };
  }
  const spent = listed.credits - listed.left;
  if (entry.credits < spent) return { verdict: 'rejected', reason: `credits: ${spent} have already been granted` };
  if (spent > 0 && (entry.fulfilment !== listed.fulfilment || entry.invoice !== listed.invoice)) {
    return { verdict: 'rejected', reason: 'fulfilment, invoice: credits of this board have already been granted' };
  }
  const fields = ['serial', 'model', 'factoryPublicKey', 'invoice', 'purchasedOn', 'credits', 'fulfilment'] as const;
  if (fields.every((field) => listed[field] === entry[field])) return { verdict: 'unchanged' };
  return { verdict: 'changed', board: { ...entry, left: entry.credits - spent } };
}
