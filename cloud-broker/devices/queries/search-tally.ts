/** Properties by which Overview counts devices. */
type TalliedBy = 'model' | 'firmware';

/** One model or firmware version; `value` is null if the device did not report it. */
export interface Kind {
  value: string | null;
  devices: number;
  online: number;
}

interface Counted {
  model: string;
  firmware: string | null;
  status: string;
  /** JSON array of strings. */
  tags: string;
}

/** Number of devices of each model and firmware version among those with all given tags, updated as devices are added, changed and removed. */
export class Tally {
  /** Each encoded as in a JSON array. */
  private readonly tags: readonly string[];
  private readonly kinds = { model: new Map<string | null, Kind>(), firmware: new Map<string | null, Kind>() };

  constructor(tags: readonly string[]) {
    this.tags = tags;
  }

  add(device: Counted): void {
    this.count(device, 1);
  }

  remove(device: Counted): void {
    this.count(device, -1);
  }

  private count(device: Counted, change: 1 | -1): void {
    if (!this.tags.every((tag) => device.tags.includes(tag))) return;
    for (const by of ['model', 'firmware'] as const) {
      const value = device[by];
      const kind = this.kinds[by].get(value) ?? { value, devices: 0, online: 0 };
      kind.devices += change;
      if (device.status === 'online') kind.online += change;
      if (kind.devices > 0) this.kinds[by].set(value, kind);
      else this.kinds[by].delete(value);
    }
  }

  /** The most frequent values, and the number of other values and their devices. */
  most(by: TalliedBy, most: number): { items: Kind[]; others: { kinds: number; devices: number } } {
    const all = [...this.kinds[by].values()].toSorted(
      (one, other) => other.devices - one.devices || ((one.value ?? '') < (other.value ?? '') ? -1 : 1),
    );
    const rest = all.slice(most);
    const devices = rest.reduce((sum, kind) => sum + kind.devices, 0);
    return { items: all.slice(0, most).map((kind) => ({ ...kind })), others: { kinds: rest.length, devices } };
  }
}
