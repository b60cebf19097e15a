/** The presence registry: presence of every enrolled device, in memory, flushed in batches and kept apart from the indexed rows (P5). */
import { assert } from '../../protocol/assert.ts';
import { epochAfter, MAX_EPOCH, type Birth, type DeviceDown, type Heartbeat, type Will } from '../../protocol/messages.ts';
import { TimerWheel } from './timer-wheel.ts';
import { newEntry, storedEntry, type Entry } from './entry.ts';
import { flushOf, runningTime, settle, type StoredPresence } from './flush.ts';
import { FlushBatcher } from './flush-batcher.ts';
import { FlappingDevices } from './flapping-devices.ts';
import type { RegistryDependencies } from './registry-dependencies.ts';
import { isMaterial, type Rhythm } from './rules/steering.ts';
import {
  afterRestart,
  isFlapping,
  isOfOlderEpoch,
  isStaleBirth,
  neverHeard,
  nextCheckAt,
  offlineAt,
  reduce,
  type Presence,
  type PresenceEvent,
  type PresenceStatus,
} from './rules/reducer.ts';

const SWEEP_MS = 1000;

const settled = Promise.resolve();

export class PresenceRegistry {
  private readonly deps: RegistryDependencies;
  private readonly entries = new Map<string, Entry>();
  /** When everything online or late at startup has come back or is reported offline (P4). */
  private settledAt = 0;
  private current: Rhythm;
  private taken = 0;
  private readonly flapping = new FlappingDevices((deviceId) => this.entries.get(deviceId)?.presence);
  private readonly tally = { never: 0, online: 0, late: 0, offline: 0, connected: 0 };
  private readonly heartbeatListeners: ((deviceIds: string[]) => void)[] = [];
  private readonly timers = new TimerWheel<Entry>();
  private dirty = new Set<Entry>();
  private readonly batcher = new FlushBatcher(async () => this.flush());
  private readonly sweeper: NodeJS.Timeout;

  constructor(deps: RegistryDependencies, stored: readonly StoredPresence[]) {
    this.deps = deps;
    this.current = deps.heartbeat;
    const now = deps.clock();
    for (const row of stored) this.adopt(row, now);
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  /** What the lists show of a device now; null if it is not in the registry. */
  of(deviceId: string): {
    connected: boolean;
    flapping: boolean;
    lastHeartbeatAt: number | null;
    health: Record<string, number | string> | null;
  } | null {
    const entry = this.entries.get(deviceId);
    if (entry === undefined) return null;
    return {
      connected: entry.presence.connected,
      flapping: isFlapping(entry.presence, this.deps.clock()),
      lastHeartbeatAt: entry.presence.lastHeartbeatAt,
      health: entry.health as Record<string, number | string> | null,
    };
  }

  /** P2: all devices flapping now. */
  unstable(): ReadonlySet<string> {
    return this.flapping.at(this.deps.clock());
  }

  /** Heartbeats accepted since the start. */
  get heartbeats(): number {
    return this.taken;
  }

  /** P4: until when, after a restart, a device that is gone may still show as present; null once all are settled. */
  get settlesAt(): number | null {
    return this.deps.clock() < this.settledAt ? this.settledAt : null;
  }

  /** The rhythm devices are told now (P4). */
  get rhythm(): Rhythm {
    return this.current;
  }

  /** From now on it is sent in answer to births, and to heartbeats of devices that were told another (see `retold`). */
  steer(rhythm: Rhythm): void {
    this.current = rhythm;
  }

  /** Receives the ids of devices heard, once per flush. */
  onHeartbeats(listener: (deviceIds: string[]) => void): void {
    this.heartbeatListeners.push(listener);
  }

  /** Adds a device that is not in the registry yet: certificates are issued to enrolled devices only. */
  connected(deviceId: string): void {
    const entry = this.entry(deviceId);
    assert(!entry.presence.connected, 'a session of a device begins after the end of the one before');
    this.apply(entry, { type: 'connected' });
    this.flapping.cameBack(deviceId, this.deps.clock());
  }

  disconnected(deviceId: string): void {
    const entry = this.entries.get(deviceId);
    if (entry === undefined) return;
    assert(entry.presence.connected, 'only a session that began can end');
    this.apply(entry, { type: 'disconnected' });
  }

  /** P3: a birth that is not higher is answered with `epochFrom`; any birth is answered with the current settings. */
  async birth(deviceId: string, birth: Birth): Promise<DeviceDown> {
    const { clock } = this.deps;
    const entry = this.entries.get(deviceId);
    const settings = this.settings();
    if (entry === undefined) return settings;
    const event: PresenceEvent = { type: 'birth', epoch: birth.epoch, intervalS: birth.intervalS };
    if (isStaleBirth(entry.presence, birth.epoch)) {
      if (birth.epoch >= MAX_EPOCH) await this.applied(entry, event);
      return { ...settings, epochFrom: epochAfter(entry.presence.epoch) };
    }
    entry.birth = { agentVersion: birth.agentVersion, firmware: birth.firmware ?? null };
    entry.inventory = birth.inventory;
    entry.clockDifferenceMs = Date.parse(birth.at) - clock();
    const born = this.applied(entry, event);
    this.tell(entry);
    await born;
    return settings;
  }

  /**
   * P4: new settings for a device that has just sent a heartbeat and was told others; null if it has them. Called with heartbeats only, so that a
   * change spreads over an interval at their rate.
   */
  retold(deviceId: string): DeviceDown | null {
    const entry = this.entries.get(deviceId);
    if (entry === undefined || entry.told === null || entry.told === this.current) return null;
    if (!isMaterial(entry.told, this.current)) return null;
    this.tell(entry);
    return this.settings();
  }

  /**
   * Resolves when the heartbeat is on disk (P5) or, if no acknowledgement waits for that, as soon as it is accepted. A heartbeat of an unknown device
   * or an older session (P3) is ignored.
   */
  heartbeat(deviceId: string, heartbeat: Heartbeat, acknowledged = true): Promise<void> {
    const entry = this.entries.get(deviceId);
    if (entry === undefined || isOfOlderEpoch(entry.presence, heartbeat.epoch)) return settled;
    this.taken += 1;
    entry.health = heartbeat.health;
    const now = this.deps.clock();
    entry.clockDifferenceMs = Date.parse(heartbeat.at) - now;
    entry.running = runningTime(heartbeat.missed, now, entry.presence.intervalS) ?? entry.running;
    this.apply(entry, { type: 'heartbeat', epoch: heartbeat.epoch, intervalS: heartbeat.intervalS ?? null });
    return acknowledged ? this.stored(entry) : settled;
  }

  async will(deviceId: string, will: Will): Promise<void> {
    const entry = this.entries.get(deviceId);
    if (entry !== undefined) await this.applied(entry, { type: 'will', epoch: will.epoch, said: will.reason !== undefined });
  }

  /** The clock was set: as after a restart, no device that was present counts as silent before one full offline period from now (P4). */
  clockSet(): void {
    const { clock, thresholds } = this.deps;
    for (const entry of this.entries.values()) {
      const { connected } = entry.presence;
      entry.presence = { ...afterRestart(entry.presence, clock()), connected };
      entry.nextCheckAt = nextCheckAt(entry.presence, thresholds);
      this.timers.forget(entry);
      this.plan(entry);
    }
  }

  /** An unenrolled device is not in the registry (E9). */
  forget(deviceId: string): void {
    const entry = this.entries.get(deviceId);
    this.entries.delete(deviceId);
    if (entry === undefined) return;
    this.dirty.delete(entry);
    this.timers.forget(entry);
    this.count(entry.presence, -1);
  }

  private count({ status, connected }: Presence, devices: 1 | -1): void {
    this.tally[status] += devices;
    if (connected) this.tally.connected += devices;
  }

  counts(): Readonly<Record<PresenceStatus | 'connected', number>> {
    return this.tally;
  }

  /** Updates every status that is due. */
  sweep(): void {
    const now = this.deps.clock();
    // Left over from a failed flush.
    if (this.dirty.size > 0) void this.batcher.begin();
    for (const entry of this.timers.takeDue(now)) {
      if (entry.nextCheckAt !== null && entry.nextCheckAt <= now) this.apply(entry, { type: 'tick' });
      else this.plan(entry);
    }
    const steady = this.flapping.takeSettled(now);
    if (steady.length > 0) this.tellHeard(steady);
  }

  private tellHeard(deviceIds: string[]): void {
    for (const listener of this.heartbeatListeners) listener(deviceIds);
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    if (this.dirty.size > 0) void this.batcher.begin();
    await this.batcher.settled();
  }

  private settings(): Extract<DeviceDown, { type: 'settings' }> {
    return { type: 'settings', ...this.current, now: new Date(this.deps.clock()).toISOString() };
  }

  private tell(entry: Entry): void {
    entry.told = this.current;
    this.apply(entry, { type: 'told', intervalS: this.current.intervalS });
  }

  private adopt(row: StoredPresence, now: number): void {
    const entry = storedEntry(row, now, this.deps.heartbeat.intervalS);
    this.settledAt = Math.max(this.settledAt, offlineAt(entry.presence, this.deps.thresholds) ?? 0);
    entry.nextCheckAt = nextCheckAt(entry.presence, this.deps.thresholds);
    this.entries.set(row.deviceId, entry);
    this.count(entry.presence, 1);
    this.plan(entry);
  }

  private plan(entry: Entry): void {
    if (entry.nextCheckAt !== null) this.timers.plan(entry, entry.nextCheckAt);
  }

  private entry(deviceId: string): Entry {
    const known = this.entries.get(deviceId);
    if (known !== undefined) return known;
    const entry = newEntry(deviceId, neverHeard(this.deps.heartbeat.intervalS, this.deps.clock()), 'never');
    this.entries.set(deviceId, entry);
    this.count(entry.presence, 1);
    return entry;
  }

  private apply(entry: Entry, event: PresenceEvent): void {
    this.count(entry.presence, -1);
    entry.presence = reduce(entry.presence, event, this.deps.clock(), this.deps.thresholds);
    this.count(entry.presence, 1);
    entry.nextCheckAt = nextCheckAt(entry.presence, this.deps.thresholds);
    this.plan(entry);
    const isHeard = event.type === 'birth' || event.type === 'heartbeat' || event.type === 'will';
    if (!isHeard && entry.presence.status === entry.storedStatus) return;
    this.dirty.add(entry);
    // A failure is reported by onFlushError, and the entries stay dirty.
    void this.batcher.begin();
  }

  private async applied(entry: Entry, event: PresenceEvent): Promise<void> {
    this.apply(entry, event);
    await this.stored(entry);
  }

  /** Resolves when this device's data is on disk. */
  private stored(entry: Entry): Promise<void> {
    assert(this.dirty.has(entry), 'the flush that an acknowledgement waits for holds what is acknowledged (P5)');
    return this.batcher.wait();
  }

  private async flush(): Promise<void> {
    const heard = [...this.dirty];
    this.dirty = new Set();
    const flush = flushOf(heard, this.deps.clock());
    try {
      await this.deps.flush(flush);
    } catch (error) {
      for (const entry of heard) if (this.entries.get(entry.deviceId) === entry) this.dirty.add(entry);
      this.deps.onFlushError(error);
      throw error;
    }
    settle(flush, (deviceId) => this.entries.get(deviceId));
    if (this.heartbeatListeners.length === 0) return;
    this.tellHeard(heard.map(({ deviceId }) => deviceId));
  }
}
