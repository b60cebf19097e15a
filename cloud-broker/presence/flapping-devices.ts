import { isFlapping, type Presence } from './rules/reducer.ts';

/** P2: which devices are flapping, without checking all the others. */
export class FlappingDevices {
  private readonly presenceOf: (deviceId: string) => Presence | undefined;
  private readonly ids = new Set<string>();

  constructor(presenceOf: (deviceId: string) => Presence | undefined) {
    this.presenceOf = presenceOf;
  }

  private isSo(deviceId: string, now: number): boolean {
    const presence = this.presenceOf(deviceId);
    return presence !== undefined && isFlapping(presence, now);
  }

  /** Must be called for every device that came back. */
  cameBack(deviceId: string, now: number): void {
    if (this.isSo(deviceId, now)) this.ids.add(deviceId);
  }

  at(now: number): ReadonlySet<string> {
    return new Set([...this.ids].filter((deviceId) => this.isSo(deviceId, now)));
  }

  /** Devices that have become stable since the last call. */
  takeSettled(now: number): string[] {
    const settled = [...this.ids].filter((deviceId) => !this.isSo(deviceId, now));
    for (const deviceId of settled) this.ids.delete(deviceId);
    return settled;
  }
}
