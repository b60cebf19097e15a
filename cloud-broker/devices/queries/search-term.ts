import { isIn, type Period } from '../../../protocol/age.ts';
import type { DeviceStatus } from '../../../protocol/api.ts';

/** Search criteria for devices: part of a name, and required properties. */
export interface Terms {
  text: string;
  model: string | undefined;
  firmware: string | undefined;
  status: DeviceStatus | undefined;
  /** All are required; each is encoded as in a JSON array. */
  tags: readonly string[];
  /** How long it has been offline or never heard. */
  silent: Period | undefined;
  enrolled: Period | undefined;
}

const isSilent = (status: DeviceStatus): boolean => status === 'offline' || status === 'never';

export interface Searched {
  model: string;
  firmware: string | null;
  status: DeviceStatus;
  statusSince: number;
  enrolledAt: number | null;
  /** JSON array of strings. */
  tags: string;
}

/** One search term and the devices that match it. */
export class Term {
  private readonly terms: Terms;
  /** Indexed by place: 1 for a match. */
  matches: Uint8Array;
  count = 0;

  constructor(terms: Terms, places: number) {
    this.terms = terms;
    this.matches = new Uint8Array(places);
  }

  isMet(text: string, device: Searched): boolean {
    const { model, firmware, status, tags, silent, enrolled } = this.terms;
    if (status !== undefined && device.status !== status) return false;
    if ((model !== undefined && device.model !== model) || (firmware !== undefined && device.firmware !== firmware)) return false;
    if (enrolled !== undefined && (device.enrolledAt === null || !isIn(enrolled, device.enrolledAt))) return false;
    if (silent !== undefined && !(isSilent(device.status) && isIn(silent, device.statusSince))) return false;
    return text.includes(this.terms.text) && tags.every((tag) => device.tags.includes(tag));
  }

  places(): number[] {
    const places: number[] = [];
    for (let place = this.matches.indexOf(1); place !== -1; place = this.matches.indexOf(1, place + 1)) places.push(place);
    return places;
  }

  add(place: number): void {
    if (place >= this.matches.length) {
      const wider = new Uint8Array(2 * place + 1);
      wider.set(this.matches);
      this.matches = wider;
    }
    if (this.matches[place] === 1) return;
    this.matches[place] = 1;
    this.count += 1;
  }

  remove(place: number): void {
    if (this.matches[place] !== 1) return;
    this.matches[place] = 0;
    this.count -= 1;
  }
}
