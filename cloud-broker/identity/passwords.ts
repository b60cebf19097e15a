import { RollcallError } from '../../protocol/errors.ts';
import { FairQueue } from '../net/fair-queue.ts';
import type { SignInLibrary } from './library.ts';

/** Password hashing uses at most two of libuv's threads, so that device signatures are still verified; further attempts wait. */
const HASHING = { atOnce: 2, waiting: 50 } as const;

/**
 * Hashes and verifies passwords with the sign-in library's own function, a few at a time, taking networks (of `address`) in turn, so that wrong
 * attempts of one do not keep others out. All methods refuse with `busy`.
 */
export class Passwords {
  private readonly library: () => Promise<Pick<SignInLibrary, '$context'>>;
  private readonly queue = new FairQueue(HASHING.atOnce, HASHING.waiting);

  constructor(library: () => Promise<Pick<SignInLibrary, '$context'>>) {
    this.library = library;
  }

  async hash(password: string, address: string): Promise<string> {
    const { password: functions } = await (await this.library()).$context;
    return this.oneOfFew(address, () => functions.hash(password));
  }

  /** Whether the password is correct; without a hash always false, after the same work. */
  async verify(hash: string | null, password: string, address: string): Promise<boolean> {
    const { password: functions } = await (await this.library()).$context;
    if (hash !== null) return this.oneOfFew(address, () => functions.verify({ hash, password }));
    await this.oneOfFew(address, () => functions.hash(password));
    return false;
  }

  /** Runs work costing about one hash. */
  private async oneOfFew<T>(address: string, work: () => Promise<T>): Promise<T> {
    if (!(await this.queue.enter(address))) throw new RollcallError('busy', { retryAfterS: 5 });
    try {
      return await work();
    } finally {
      this.queue.leave();
    }
  }
}
