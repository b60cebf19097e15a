import { RollcallError, type ErrorCode } from '../../protocol/errors.ts';

/** An operation that did nothing wrong failed because of the database, its disk, the way to it, or another program that locks it. */
export class DatabaseFault extends RollcallError {
  readonly reason: string;

  /** `place`: the file, or the address without its secrets. */
  constructor(code: ErrorCode, place: string, reason: string) {
    // Strangers only learn that the service is busy, never where its files are.
    super(code, code === 'busy' ? { reason } : { file: place, reason });
    this.reason = reason;
  }
}
