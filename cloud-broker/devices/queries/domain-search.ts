import type { Reads } from '../../store/tx.ts';
import { AskedTerms } from './term-cache.ts';
import { LateOrder } from './sort-index.ts';
import { comparedKeys, SearchOrder, type Key } from './search-order.ts';
import { Term, type Searched, type Terms } from './search-term.ts';
import { folded, termsOf, type OrderedBy, type Wanted } from './device-filter.ts';
import { Tally } from './search-tally.ts';
import { Signatures } from './trigram-filter.ts';
import { textsOf } from '../../store/dialect.ts';

/** Maximum number of tag sets with device counts: the empty set (all devices) and those of users with tags. */
const MAX_TALLIES = 16;
/** Up to this many matches, sorting is faster than walking the whole order. */
const FEW = 256;
/** Rows read per turn, so that other work waits no longer than about a millisecond. */
const ROWS_A_TURN = 250;
/** Texts searched for a new term per turn: also about a millisecond. */
const TEXTS_A_TURN = 8192;

interface Device extends Searched {
  id: string;
  label: string;
}

interface Row extends Device {
  serial: string;
}

const COLUMNS = 'id, label, serial, model, firmware, status, status_since AS statusSince, tags, enrolled_at AS enrolledAt';
/** Matches the indexes used to read rows. */
const SHOWN = "domain_id = ? AND state <> 'unenrolled'";

/** The devices of one domain, each with a fixed place number. */
export class DomainSearch {
  private readonly tx: Reads;
  private readonly domainId: number;
  private readonly places = new Map<string, number>();
  /** Indexed by place; null if the device is gone. */
  private readonly devices: (Device | null)[] = [];
  private readonly texts: string[] = [];
  private readonly signatures = new Signatures();
  private readonly orders = {
    label: new SearchOrder((place) => this.keyOf(place, 'label')),
    enrolledAt: new SearchOrder((place) => this.keyOf(place, 'enrolledAt')),
  };
  /** Orders created on demand: most domains are never sorted this way. */
  private readonly late = new Map<OrderedBy, LateOrder>();
  private readonly terms = new AskedTerms((term, text) => this.scan(term, text));
  /** Keyed by tags. The tally of all devices is counted while they are read, so that no request waits for it. */
  private readonly tallies = new Map([['[]', new Tally([])]]);
  /** Devices changed since they were read. */
  private readonly stale = new Set<string>();
  private loading: AsyncGenerator<void> | null;

  constructor(tx: Reads, domainId: number) {
    this.tx = tx;
    this.domainId = domainId;
    this.loading = this.load();
  }

  get size(): number {
    return this.devices.length;
  }

  changed(deviceId: string): void {
    this.stale.add(deviceId);
  }

  /** Reads part of what is still missing; false when nothing is left. */
  async readSome(): Promise<boolean> {
    if (this.loading !== null) {
      if ((await this.loading.next()).done === true) this.loading = null;
      return true;
    }
    if (await this.refreshSome()) return true;
    let inserted = false;
    for (const order of this.late.values()) inserted ||= order.insertSome(this.devices, ROWS_A_TURN);
    return inserted || this.terms.scanSome();
  }

  /** Call this before the reading that a search needs. */
  prepare(q: string, wanted: Wanted): void {
    this.orderBy(wanted.by);
    if (wanted.among === undefined) this.terms.of(termsOf(q, wanted), this.devices.length);
  }

  private orderBy(by: OrderedBy): void {
    if (by === 'label' || by === 'enrolledAt' || this.late.has(by)) return;
    this.late.set(by, new LateOrder((place) => this.keyOf(place, by)));
  }

  private orderOf(by: OrderedBy): SearchOrder {
    if (by === 'label' || by === 'enrolledAt') return this.orders[by];
    const late = this.late.get(by);
    if (late === undefined) throw new Error(`nothing is in the order of ${by}`);
    return late.order;
  }

  private keyOf(place: number, by: OrderedBy): Key {
    const device = this.devices[place];
    return { value: device?.[by] ?? null, id: device?.id ?? '' };
  }

  /** Reads in the order of one index, then of the other, so that both orders grow at the end. */
  private async *load(): AsyncGenerator<void> {
    for (let rows: Row[] | null = null; rows === null || rows.length === ROWS_A_TURN; yield) {
      const last: Pick<Row, 'id' | 'label'> = rows?.at(-1) ?? { label: '', id: '' };
      const page = `SELECT ${COLUMNS} FROM devices WHERE ${SHOWN} AND (label, id) > (?, ?) ORDER BY label, id LIMIT ?`;
      rows = await this.tx.all<Row>(page, this.domainId, last.label, last.id, ROWS_A_TURN);
      for (const row of rows) this.add(row);
    }
    const isOrdered = new Uint8Array(this.devices.length);
    type Enrolled = { id: string; enrolledAt: number };
    for (let rows: Enrolled[] | null = null; rows === null || rows.length === ROWS_A_TURN; yield) {
      const last: Enrolled = rows?.at(-1) ?? { enrolledAt: 0, id: '' };
      const page = `SELECT id, enrolled_at AS enrolledAt FROM devices WHERE ${SHOWN} AND (enrolled_at, id) > (?, ?) ORDER BY enrolled_at, id LIMIT ?`;
      rows = await this.tx.all<Enrolled>(page, this.domainId, last.enrolledAt, last.id, ROWS_A_TURN);
      for (const { id, enrolledAt } of rows) {
        const place = this.places.get(id);
        const device = place === undefined ? null : this.devices[place];
        // A device that was added meanwhile, or that moved and appears again, is stale and will be read again.
        if (place === undefined || device == null || isOrdered[place] === 1) continue;
        device.enrolledAt = enrolledAt;
        isOrdered[place] = 1;
        this.orders.enrolledAt.insert(place);
      }
    }
    for (const place of this.devices.keys()) if (isOrdered[place] !== 1) this.orders.enrolledAt.insert(place);
  }

  private async refreshSome(): Promise<boolean> {
    const ids: string[] = [];
    for (const id of this.stale) if (ids.push(id) === ROWS_A_TURN) break;
    if (ids.length === 0) return false;
    // Cleared before the read: a device that changes from now on is read again.
    for (const id of ids) this.stale.delete(id);
    const there = await this.rowsOf(ids);
    for (const id of ids) {
      const row = there.get(id);
      const place = this.places.get(id);
      if (row === undefined) this.drop(place);
      else if (place === undefined || this.devices[place] == null) this.orders.enrolledAt.insert(this.add(row));
      else this.change(place, row);
    }
    return true;
  }

  private async rowsOf(ids: string[]): Promise<Map<string, Row>> {
    const page = `SELECT ${COLUMNS} FROM devices WHERE id IN ${textsOf('?')} AND ${SHOWN}`;
    try {
      const rows = await this.tx.all<Row>(page, JSON.stringify(ids), this.domainId);
      return new Map(rows.map((row) => [row.id, row]));
    } catch (error) {
      for (const id of ids) this.stale.add(id);
      throw error;
    }
  }

  /** Returns the new device's place. It is then in the order of labels, but not yet in that of enrolments. */
  private add(row: Row): number {
    const place = this.places.get(row.id) ?? this.devices.length;
    this.places.set(row.id, place);
    this.keep(place, row);
    this.orders.label.insert(place);
    for (const order of this.late.values()) order.insert(place);
    return place;
  }

  private change(place: number, row: Row): void {
    const before = this.devices[place];
    if (before == null) return;
    const moved = (['label', 'enrolledAt'] as const).filter((by) => before[by] !== row[by]);
    const movedLate = [...this.late].filter(([by]) => before[by] !== row[by]).map(([, order]) => order);
    for (const by of moved) this.orders[by].remove(place);
    for (const order of movedLate) order.remove(place);
    for (const term of this.terms.all()) term.remove(place);
    this.keep(place, row);
    for (const by of moved) this.orders[by].insert(place);
    for (const order of movedLate) order.insert(place);
  }

  private drop(place: number | undefined): void {
    const before = place === undefined ? null : this.devices[place];
    if (place === undefined || before == null) return;
    for (const term of this.terms.all()) term.remove(place);
    this.orders.label.remove(place);
    this.orders.enrolledAt.remove(place);
    for (const order of this.late.values()) order.remove(place);
    for (const tally of this.tallies.values()) tally.remove(before);
    this.devices[place] = null;
    this.texts[place] = '';
  }

  private keep(place: number, { serial, ...device }: Row): void {
    const { id, label, model } = device;
    const text = folded([label, serial, model, id].join('\n'));
    const before = this.devices[place];
    for (const tally of this.tallies.values()) {
      if (before != null) tally.remove(before);
      tally.add(device);
    }
    this.devices[place] = device;
    if (this.texts[place] !== text) this.signatures.add(place, text);
    this.texts[place] = text;
    for (const term of this.terms.all()) if (term.isMet(text, device)) term.add(place);
  }

  /** Call this after the reading, with the same arguments as `prepare`. */
  find(q: string, wanted: Wanted): { ids: string[]; total: number } {
    const terms = termsOf(q, wanted);
    if (wanted.among !== undefined) {
      const among = this.placesAmong(wanted.among, terms);
      return { ids: this.idsAt(this.sort(among, wanted)), total: among.length };
    }
    const term = this.terms.of(terms, this.devices.length);
    // Terms requested meanwhile may have evicted it.
    this.terms.finish(term);
    const places = term.count > FEW ? this.follow(term, wanted) : this.sort(term.places(), wanted);
    return { ids: this.idsAt(places), total: term.count };
  }

  private idsAt(places: readonly number[]): string[] {
    return places.map((place) => this.devices[place]?.id ?? '');
  }

  private follow(term: Term, { by, after, descending, most }: Wanted): number[] {
    const places: number[] = [];
    this.orderOf(by).walk(after, descending, term.matches, (place) => places.push(place) === most);
    return places;
  }

  private sort(places: readonly number[], { by, after, descending, most }: Wanted): number[] {
    const direction = descending ? -1 : 1;
    return places
      .filter((place) => after === null || direction * comparedKeys(this.keyOf(place, by), after) > 0)
      .toSorted((one, other) => direction * comparedKeys(this.keyOf(one, by), this.keyOf(other, by)))
      .slice(0, most);
  }

  /** Tally for a set of tags, counted on first request and kept up to date from then on. */
  tallyOf(tags: readonly string[]): Tally {
    const written = tags.map((tag) => JSON.stringify(tag)).toSorted();
    const key = JSON.stringify(written);
    const known = this.tallies.get(key);
    const tally = known ?? new Tally(written);
    if (known === undefined) for (const device of this.devices) if (device != null) tally.add(device);
    // Most recently used: evicted last.
    this.tallies.delete(key);
    this.tallies.set(key, tally);
    const [oldest] = this.tallies.keys();
    if (this.tallies.size > MAX_TALLIES && oldest !== undefined) this.tallies.delete(oldest);
    return tally;
  }

  private *scan(term: Term, text: string): Generator<void> {
    let texts = 0;
    for (const { from, to } of this.signatures.blocksThatMayHold(text, this.devices.length)) {
      for (let place = from; place < to; place += 1) if (this.isMetAt(term, place)) term.add(place);
      texts += to - from;
      if (texts < TEXTS_A_TURN) continue;
      texts = 0;
      yield;
    }
  }

  /** A few devices named by the caller: the result is not cached. */
  private placesAmong(ids: ReadonlySet<string>, terms: Terms): number[] {
    const term = new Term(terms, 0);
    return [...ids].flatMap((id) => this.places.get(id) ?? []).filter((place) => this.isMetAt(term, place));
  }

  private isMetAt(term: Term, place: number): boolean {
    const device = this.devices[place];
    return device != null && term.isMet(this.texts[place] ?? '', device);
  }
}
