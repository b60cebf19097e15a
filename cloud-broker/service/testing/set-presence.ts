import type { LivePresence, LiveState } from '../../http/deps.ts';

/** Presence as a test sets it. */
export class SetPresence implements LivePresence {
  readonly states = new Map<string, LiveState>();
  settlesAt: number | null = null;
  private readonly listeners: ((deviceIds: string[]) => void)[] = [];

  of(deviceId: string): LiveState | null {
    return this.states.get(deviceId) ?? null;
  }

  unstable(): ReadonlySet<string> {
    return new Set([...this.states].filter(([, state]) => state.flapping === true).map(([id]) => id));
  }

  onHeartbeats(listener: (deviceIds: string[]) => void): void {
    this.listeners.push(listener);
  }

  heard(deviceId: string, state: LiveState): void {
    this.states.set(deviceId, state);
    for (const listener of this.listeners) listener([deviceId]);
  }
}
