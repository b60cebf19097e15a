import type { DeviceStatus } from '../../../protocol/api.ts';

/** One search term with the devices that it matches. */
export class Term {
  readonly text: string;
  /** By place: 1 where it matches. */
  matches: Uint8Array;
  private readonly counts = new Map<DeviceStatus, number>();

  constructor(text: string, places: number) {
    this.text = text;
    this.matches = new Uint8Array(places);
  }

  /** Devices of this status, or of any. */
  count(status: DeviceStatus | undefined): number {
    if (status !== undefined) return this.counts.get(status) ?? 0;
    return [...this.counts.values()].reduce((sum, devices) => sum + devices, 0);
  }

  places(): number[] {
    const places: number[] = [];
    for (let place = this.matches.indexOf(1); place !== -1; place = this.matches.indexOf(1, place + 1)) places.push(place);
    return places;
  }

  add(place: number, status: DeviceStatus): void {
    if (place >= this.matches.length) {
      const wider = new Uint8Array(2 * place);
      wider.set(this.matches);
      this.matches = wider;
    }
    this.matches[place] = 1;
    this.counts.set(status, (this.counts.get(status) ?? 0) + 1);
  }

  remove(place: number, status: DeviceStatus): void {
    if (this.matches[place] !== 1) return;
    this.matches[place] = 0;
    this.counts.set(status, (this.counts.get(status) ?? 0) - 1);
  }
}
