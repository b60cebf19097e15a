import { SearchOrder, type Key } from './search-order.ts';

/** An order built while the devices already exist, a few at a time, and then maintained like the others. */
export class LateOrder {
  readonly order: SearchOrder;
  /** All lower places are in the order. */
  private begun = 0;

  constructor(keyOf: (place: number) => Key) {
    this.order = new SearchOrder(keyOf);
  }

  insert(place: number): void {
    if (place < this.begun) this.order.insert(place);
  }

  remove(place: number): void {
    if (place < this.begun) this.order.remove(place);
  }

  /** False if nothing was left to insert. */
  insertSome(devices: readonly (object | null)[], most: number): boolean {
    const from = this.begun;
    for (; this.begun < devices.length && this.begun < from + most; this.begun += 1)
      if (devices[this.begun] != null) this.order.insert(this.begun);
    return this.begun > from;
  }
}
