/**
 * `sweep`: what it costs to find a device that has fallen silent and to change its status, on a roll of 10,000 and of 100,000 devices beside one
 * of 1,000: of a school that went dark, and of as many devices anywhere. It must not depend on how many others there are.
 */
import type { StoredPresence } from '../../cloud-broker/presence/flush.ts';
import { PresenceRegistry } from '../../cloud-broker/presence/presence-registry.ts';
import type { Heartbeat } from '../../protocol/messages.ts';
import type { Size } from './measure.ts';
import type { Comparison, Pair } from './measure.ts';

const SCALES = {
  full: { small: 1000, large: [10_000, 100_000], silent: 500, pairs: 15 },
  smoke: { small: 100, large: [1000], silent: 10, pairs: 2 },
};
const INTERVAL_S = 60;
const JITTER_S = 10;

/** One round, in seconds: a silent device is late 140 s after it was heard, and heard again before it would be offline. */
const ROUND = { allHeard: 0, silentHeard: 10, othersHeard: 100, lookAround: 145, measured: 155, end: 200 };

/** Where the silent stand: together, as they were enrolled, or anywhere among the others. */
const layouts = {
  'of a school gone dark': (index: number, _size: number, silent: number) => index < silent,
  'anywhere on the roll': (index: number, size: number, silent: number) => index % (size / silent) === 0,
};
type Layout = keyof typeof layouts;

const otherMemory = new Uint8Array(64 * 1024 * 1024);

/** Takes the processor's caches: in a service a second of other work lies between two sweeps, and a small roll would only seem fast. */
function forget(): void {
  for (let at = 0; at < otherMemory.length; at += 64) otherMemory[at] = (otherMemory[at] ?? 0) + 1;
}

/** A roll on a clock of its own, of which the same devices fall silent in every round. */
class Roll {
  private readonly silent: string[] = [];
  private readonly others: string[] = [];
  private readonly registry: PresenceRegistry;
  private nowMs = Date.parse('2026-11-23T08:00:00Z');
  private startedMs = this.nowMs;
  private seq = 0;
  private late = 0;

  constructor(layout: Layout, size: number, silent: number) {
    const stored: StoredPresence[] = [];
    for (let index = 0; index < size; index += 1) {
      const deviceId = `d-${String(index).padStart(16, '0')}`;
      (layouts[layout](index, size, silent) ? this.silent : this.others).push(deviceId);
      stored.push({
        deviceId,
        epoch: 1,
        intervalS: INTERVAL_S,
        ended: null,
        endedAt: null,
        health: null,
        status: 'online',
        statusSince: this.nowMs,
        lastHeartbeatAt: this.nowMs,
      });
    }
    this.registry = new PresenceRegistry(
      {
        flush: async ({ transitions }) => {
          this.late += transitions.filter(({ status }) => status === 'late').length;
        },
        clock: () => this.nowMs,
        heartbeat: { intervalS: INTERVAL_S, jitterS: JITTER_S },
        thresholds: { jitterS: JITTER_S, graceS: INTERVAL_S },
        onFlushError: (error) => {
          throw error;
        },
      },
      stored,
    );
  }

  /** Microseconds for each silent device, in the one sweep that finds them late. */
  async usPerDevice(): Promise<number> {
    await this.at(ROUND.allHeard, this.others);
    await this.at(ROUND.silentHeard, this.silent);
    await this.at(ROUND.othersHeard, this.others);
    this.to(ROUND.lookAround);
    this.registry.sweep();
    this.to(ROUND.measured);
    this.late = 0;
    forget();
    const began = performance.now();
    this.registry.sweep();
    const us = ((performance.now() - began) * 1000) / this.silent.length;
    await this.at(ROUND.measured, []);
    if (this.late !== this.silent.length) throw new Error(`${this.late} of ${this.silent.length} were found late`);
    this.to(ROUND.end);
    this.startedMs = this.nowMs;
    return us;
  }

  async close(): Promise<void> {
    await this.registry.close();
  }

  private to(second: number): void {
    this.nowMs = this.startedMs + second * 1000;
  }

  /** These are heard; resolves when all that changed until then is flushed. */
  private async at(second: number, heard: readonly string[]): Promise<void> {
    this.to(second);
    this.seq += 1;
    const at = new Date(this.nowMs).toISOString();
    const beat: Heartbeat = { type: 'heartbeat', epoch: 1, seq: this.seq, at, uptimeS: 1, intervalS: INTERVAL_S, health: {} };
    for (const id of heard) void this.registry.heartbeat(id, beat, false);
    await this.registry.heartbeat(this.others[0] ?? '', beat);
  }
}

async function compare(layout: Layout, { small, large, silent, pairs }: (typeof SCALES)[Size]): Promise<Comparison[]> {
  const rolls = [small, ...large].map((devices) => new Roll(layout, devices, silent));
  try {
    const us: number[][] = rolls.map(() => []);
    for (let round = 0; round <= pairs; round += 1)
      for (const [index, roll] of rolls.entries()) us[index]?.push(await roll.usPerDevice());
    const [few = [], ...many] = us;
    return many.map((each, index): Comparison => {
      // The first round warms up.
      const counted = each.slice(1).map((ours, n): Pair => ({ ours, other: few[n + 1] ?? Number.NaN }));
      const figure = `${silent} devices ${layout} found late, each, of ${large[index]} against of ${small}`;
      return { bench: 'sweep', figure, unit: 'µs', bound: { atMost: 1.3 }, pairs: counted };
    });
  } finally {
    for (const roll of rolls) await roll.close();
  }
}

export async function sweep(size: Size): Promise<Comparison[]> {
  const found: Comparison[] = [];
  for (const layout of Object.keys(layouts) as Layout[]) found.push(...(await compare(layout, SCALES[size])));
  return found;
}
