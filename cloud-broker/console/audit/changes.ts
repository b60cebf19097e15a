/** Formats an audit row's details as lines "field: before → after". Pure. */
export interface Change {
  field: string;
  /** Null if there was no earlier value, or it is unknown. */
  before: string | null;
  after: string;
}

type Details = Record<string, unknown>;

const isDetails = (value: unknown): value is Details => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Some rows store lists as JSON text. */
function unpacked(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('[')) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** `null`: nothing to show. */
function textOf(field: string, value: unknown, time: (iso: string) => string): string | null {
  const plain = unpacked(value);
  if (plain === null || plain === undefined) return null;
  if (Array.isArray(plain)) return plain.length === 0 ? '–' : plain.map(String).join(', ');
  if (typeof plain === 'number' && /(?:At|Until)$/.test(field)) return time(new Date(plain).toISOString());
  if (typeof plain === 'string') return plain === '' ? '–' : plain;
  return JSON.stringify(plain);
}

/** `time` formats an ISO 8601 time in the reader's language. Unchanged values are left out. */
export function changesOf(details: Details, time: (iso: string) => string): Change[] {
  const { before: beforeValue, after: afterValue, ...rest } = details;
  const before = isDetails(beforeValue) ? beforeValue : {};
  const after: Details = { ...rest, ...(isDetails(afterValue) ? afterValue : {}) };
  const changes: Change[] = [];
  for (const [field, value] of Object.entries(after)) {
    const now = textOf(field, value, time);
    const was = textOf(field, before[field], time);
    if (now !== null && now !== was) changes.push({ field, before: was, after: now });
  }
  return changes;
}
