import { isErrorCode, RollcallError } from '../../protocol/errors.ts';
import { dispatchEffects, type EffectHandlers } from './effects.ts';
import type { CommitReport, WriteReply } from './group-commit.ts';

/** The error that a refused write rejects with. `onInternalError` receives the cause of an unexpected failure; the caller gets only the code. */
export function refusalOf(reply: Extract<WriteReply, { ok: false }>, onInternalError: (message: string) => void): RollcallError {
  if (reply.code === 'internal') onInternalError(reply.message);
  return new RollcallError(isErrorCode(reply.code) ? reply.code : 'internal', reply.details);
}

/** The part of a store that tells of its commits, the same on every engine, and how long the last ones took. */
export abstract class CommitListeners {
  private readonly handlers: EffectHandlers[] = [];
  private readonly timed: ((commitMs: number) => void)[] = [];
  private readonly faults: ((reason: string) => void)[] = [];
  protected commitMs: number[] = [];

  onCommitted(handlers: EffectHandlers): void {
    this.handlers.push(handlers);
  }

  onTimed(listener: (commitMs: number) => void): void {
    this.timed.push(listener);
  }

  onFault(listener: (reason: string) => void): void {
    this.faults.push(listener);
  }

  /** Tells of one commit: effects first, then `answer` for each reply, then the fault. */
  protected tell(report: CommitReport, answer: (reply: WriteReply) => void): void {
    this.commitMs.push(report.commitMs);
    for (const listener of this.timed) listener(report.commitMs);
    if (this.commitMs.length > 1024) this.commitMs = this.commitMs.slice(-512);
    dispatchEffects(report.effects, this.handlers);
    for (const reply of report.replies) answer(reply);
    if (report.fault !== null) this.fault(report.fault);
  }

  protected fault(reason: string): void {
    for (const listener of this.faults) listener(reason);
  }
}
