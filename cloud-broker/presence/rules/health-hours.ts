/**
 * Health reported by devices in the last 24 hours, as hourly means, in memory only: 100,000 devices that report every minute would otherwise mean
 * 100,000 rows an hour. About 220 bytes per device, and nothing for one not heard since the start.
 */
const HOUR_MS = 3_600_000;
const HOURS = 24;
/** Devices per memory block. */
const BLOCK = 1024;
const MAX_COUNTED = 65_535;

/** Stored in whole units from `least` to `least + 254`; values beyond are clamped. Zero means no value. */
const measures = [
  { name: 'cpuPercent', least: 0 },
  { name: 'memoryPercent', least: 0 },
  { name: 'diskPercent', least: 0 },
  { name: 'temperatureC', least: -40 },
] as const;
const MEASURES = measures.length;
type Measure = (typeof measures)[number]['name'];
type Health = Readonly<Record<string, number | string>>;

export type HourOfHealth = { at: number; heartbeats: number } & Record<Measure, number | null>;

function newBlock() {
  return {
    heard: new Float64Array(BLOCK),
    /** The hour that `sums` belong to, in hours since 1970. */
    hour: new Uint32Array(BLOCK),
    sums: new Float32Array(BLOCK * MEASURES),
    counts: new Uint16Array(BLOCK * MEASURES),
    heartbeats: new Uint16Array(BLOCK * HOURS),
    means: new Uint8Array(BLOCK * HOURS * MEASURES),
  };
}
type Block = ReturnType<typeof newBlock>;

export class HealthHours {
  private readonly places = new Map<string, number>();
  private readonly free: number[] = [];
  private readonly blocks: Block[] = [];
  private readonly isThere: (deviceId: string) => boolean;
  /** Earlier heartbeats belong to a previous run of the service, which may have missed the rest. */
  readonly since: number;

  /** `isThere`: whether a device is still enrolled; places of other devices are reused when room is needed. */
  constructor(since: number, isThere: (deviceId: string) => boolean) {
    this.since = since;
    this.isThere = isThere;
  }

  /** Number of devices with stored values. */
  get size(): number {
    return this.places.size;
  }

  /** `at`: when the heartbeat arrived, by the service's clock; the same one is counted once. */
  note(deviceId: string, at: number, health: Health): void {
    if (at < this.since) return;
    const { block, index } = this.at(this.places.get(deviceId) ?? this.take(deviceId));
    if (block.heard[index] === at) return;
    block.heard[index] = at;
    this.turnTo(block, index, Math.floor(at / HOUR_MS));
    const slot = index * HOURS + (Math.floor(at / HOUR_MS) % HOURS);
    block.heartbeats[slot] = Math.min(MAX_COUNTED, (block.heartbeats[slot] ?? 0) + 1);
    for (const [n, { name, least }] of measures.entries()) {
      const value = health[name];
      const of = index * MEASURES + n;
      const count = (block.counts[of] ?? 0) + 1;
      if (typeof value !== 'number' || count > MAX_COUNTED) continue;
      const sum = (block.sums[of] ?? 0) + value;
      block.sums[of] = sum;
      block.counts[of] = count;
      block.means[slot * MEASURES + n] = 1 + Math.min(254, Math.max(0, Math.round(sum / count) - least));
    }
  }

  /** The last 24 hours, including the current one, oldest first. */
  of(deviceId: string, now: number): HourOfHealth[] {
    const hour = Math.floor(now / HOUR_MS);
    const place = this.places.get(deviceId);
    return Array.from({ length: HOURS }, (_, n) => this.hourOf(place, hour - HOURS + 1 + n));
  }

  private hourOf(place: number | undefined, hour: number): HourOfHealth {
    const told: HourOfHealth = {
      at: hour * HOUR_MS,
      heartbeats: 0,
      cpuPercent: null,
      memoryPercent: null,
      diskPercent: null,
      temperatureC: null,
    };
    if (place === undefined) return told;
    const { block, index } = this.at(place);
    const last = block.hour[index] ?? 0;
    if (hour > last || hour <= last - HOURS) return told;
    const slot = index * HOURS + (hour % HOURS);
    told.heartbeats = block.heartbeats[slot] ?? 0;
    for (const [n, { name, least }] of measures.entries()) {
      const mean = block.means[slot * MEASURES + n] ?? 0;
      if (mean > 0) told[name] = mean - 1 + least;
    }
    return told;
  }

  /** Clears the hours since the one noted last; all of them after a day, or if the clock went back. */
  private turnTo(block: Block, index: number, hour: number): void {
    const last = block.hour[index] ?? 0;
    if (hour === last) return;
    const passed = hour < last || hour - last >= HOURS ? HOURS : hour - last;
    for (let n = 0; n < passed; n += 1) {
      const slot = index * HOURS + ((hour - n) % HOURS);
      block.heartbeats[slot] = 0;
      block.means.fill(0, slot * MEASURES, (slot + 1) * MEASURES);
    }
    block.sums.fill(0, index * MEASURES, (index + 1) * MEASURES);
    block.counts.fill(0, index * MEASURES, (index + 1) * MEASURES);
    block.hour[index] = hour;
  }

  private at(place: number): { block: Block; index: number } {
    const block = this.blocks[Math.floor(place / BLOCK)];
    if (block === undefined) throw new Error(`no health has the place ${place}`);
    return { block, index: place % BLOCK };
  }

  private take(deviceId: string): number {
    if (this.free.length === 0) this.makeRoom();
    const place = this.free.pop();
    if (place === undefined) throw new Error('no room was made');
    this.places.set(deviceId, place);
    // Clears what another device left.
    const { block, index } = this.at(place);
    block.hour[index] = 0;
    block.heard[index] = 0;
    return place;
  }

  private makeRoom(): void {
    for (const [deviceId, place] of this.places) {
      if (this.isThere(deviceId)) continue;
      this.places.delete(deviceId);
      this.free.push(place);
    }
    // Otherwise a fleet that nearly fills its blocks would be scanned again for every new device.
    if (this.free.length > BLOCK / 4) return;
    const first = this.blocks.length * BLOCK;
    this.blocks.push(newBlock());
    for (let place = first + BLOCK - 1; place >= first; place -= 1) this.free.push(place);
  }
}
