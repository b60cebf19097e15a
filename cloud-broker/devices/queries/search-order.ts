/** A sort value, and the id that breaks ties. */
export interface Key {
  value: string | number | null;
  id: string;
}

/** JavaScript sorts these characters before some that precede them in the store's UTF-8 order. */
const BEYOND_UTF16 = /[\ud800-\udfff]/;

/** The order of the store's indexes: null first, strings by code point. */
export function comparedKeys(one: Key, other: Key): number {
  return compared(one.value, other.value) || compared(one.id, other.id);
}

function compared(one: Key['value'], other: Key['value']): number {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? -1 : 1;
  if (typeof one === 'string' && typeof other === 'string' && (BEYOND_UTF16.test(one) || BEYOND_UTF16.test(other)))
    return Buffer.compare(Buffer.from(one), Buffer.from(other));
  return one < other ? -1 : 1;
}

/** Places sorted by the key of their device; the key must not change while the place is in the order. */
export class SearchOrder {
  private readonly keyOf: (place: number) => Key;
  private places = new Uint32Array(64);
  private length = 0;

  constructor(keyOf: (place: number) => Key) {
    this.keyOf = keyOf;
  }

  /** Position of the first entry that is not before `key`. */
  private startOf(key: Key): number {
    let [from, to] = [0, this.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (comparedKeys(this.keyOf(this.places[middle] ?? 0), key) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** Cheap at the end, where rows read in order are inserted; elsewhere it moves all later entries. */
  insert(place: number): void {
    if (this.length === this.places.length) {
      const wider = new Uint32Array(2 * this.length);
      wider.set(this.places);
      this.places = wider;
    }
    const key = this.keyOf(place);
    const last = this.places[this.length - 1];
    const isLast = this.length === 0 || (last !== undefined && comparedKeys(this.keyOf(last), key) < 0);
    const at = isLast ? this.length : this.startOf(key);
    this.places.copyWithin(at + 1, at, this.length);
    this.places[at] = place;
    this.length += 1;
  }

  remove(place: number): void {
    const at = this.places.subarray(0, this.length).indexOf(place);
    if (at === -1) return;
    this.places.copyWithin(at, at + 1, this.length);
    this.length -= 1;
  }

  /**
   * Visits the places after `after`, or from the first on, for which `matches` is 1; in reverse if `descending`. Stops at the first place for which
   * `take` returns true.
   */
  walk(after: Key | null, descending: boolean, matches: Uint8Array, take: (place: number) => boolean): void {
    const start = after === null ? (descending ? this.length : 0) : this.startOf(after);
    const first = this.places[start];
    const isSeen = after !== null && first !== undefined && start < this.length && comparedKeys(this.keyOf(first), after) === 0;
    const step = descending ? -1 : 1;
    for (let at = descending ? start - 1 : start + (isSeen ? 1 : 0); at >= 0 && at < this.length; at += step) {
      const place = this.places[at] ?? 0;
      if (matches[place] === 1 && take(place)) return;
    }
  }
}
