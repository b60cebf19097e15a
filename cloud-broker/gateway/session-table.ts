import { isDeviceId } from '../../protocol/topics.ts';
import type { Session } from './session.ts';

interface Line {
  /** Sessions of the device whose messages are not all handled yet. */
  unfinished: number;
  /** Resolves when the newest of them is through. */
  last: Promise<void>;
}

const settled = Promise.resolve();

/**
 * The sessions that are there now. The broker keeps such a table too, but a takeover may leave a wrong entry in it: a client
 * whose close was still under way then removes the entry of its successor.
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

  /** One look a session, instead of a timer each. `now`: monotonic milliseconds. */
  endSilent(now: number): void {
    for (const session of this.live.values()) session.endIfSilent(now);
  }

  /** How many sessions of this client are not through, and when the newest will be. */
  line(clientId: string): Line {
    return this.lines.get(clientId) ?? { unfinished: 0, last: settled };
  }

  add(session: Session): void {
    const { clientId } = session;
    this.live.set(clientId, session);
    this.lines.set(clientId, { unfinished: this.line(clientId).unfinished + 1, last: session.finished });
    void this.forgetWhenFinished(session);
  }

  /** It takes and sends nothing more; what it sent may still be handled. */
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
