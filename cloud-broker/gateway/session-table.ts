import { isDeviceId } from '../../protocol/topics.ts';
import type { Session } from './session.ts';

interface Line {
  /** Sessions of the device with messages still being handled. */
  unfinished: number;
  /** Resolves when the newest of them is done. */
  last: Promise<void>;
}

const settled = Promise.resolve();

/**
 * The current sessions. The broker has such a table too, but a takeover may corrupt it: a client whose close is still in progress then removes its
 * successor's entry.
 */
export class SessionTable {
  private readonly live = new Map<string, Session>();
  private readonly lines = new Map<string, Line>();

  get(clientId: string): Session | undefined {
    return this.live.get(clientId);
  }

  device(deviceId: string): Session | undefined {
    return isDeviceId(deviceId) ? this.live.get(deviceId) : undefined;
  }

  all(): Session[] {
    return [...this.live.values()];
  }

  /** One check per session, instead of a timer for each. `now`: monotonic milliseconds. */
  endSilent(now: number): void {
    for (const session of this.live.values()) session.endIfSilent(now);
  }

  /** How many sessions of this client are not done, and when the newest will be. */
  line(clientId: string): Line {
    return this.lines.get(clientId) ?? { unfinished: 0, last: settled };
  }

  add(session: Session): void {
    const { clientId } = session;
    this.live.set(clientId, session);
    this.lines.set(clientId, { unfinished: this.line(clientId).unfinished + 1, last: session.finished });
    void this.forgetWhenFinished(session);
  }

  /** It takes and sends nothing more; messages it sent may still be handled. */
  ended(session: Session): void {
    if (this.live.get(session.clientId) === session) this.live.delete(session.clientId);
  }

  count(): { deviceSessions: number; enrolmentSessions: number } {
    let deviceSessions = 0;
    for (const clientId of this.live.keys()) if (isDeviceId(clientId)) deviceSessions += 1;
    return { deviceSessions, enrolmentSessions: this.live.size - deviceSessions };
  }

  private async forgetWhenFinished(session: Session): Promise<void> {
    await session.finished;
    const { unfinished, last } = this.line(session.clientId);
    if (unfinished <= 1) this.lines.delete(session.clientId);
    else this.lines.set(session.clientId, { unfinished: unfinished - 1, last });
  }
}
