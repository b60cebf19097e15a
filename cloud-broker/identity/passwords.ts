import { RollcallError } from '../../protocol/errors.ts';
import { FairQueue } from '../net/fair-queue.ts';
import type { SignInLibrary } from './library.ts';

/** Password hashing takes two of libuv's threads at most, so that device signatures are still checked; then tries wait. */
const HASHING = { atOnce: 2, waiting: 50 } as const;

/**
 * Hashes and checks passwords with the sign-in library's own function, a few at a time, each network (of `address`) in its turn, so
 * that nobody's wrong tries keep others out. All refuse with `busy`.
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

  /** Whether this is the password; without a hash never, after the same work. */
  async verify(hash: string | null, password: string, address: string): Promise<boolean> {
    const { password: functions } = await (await this.library()).$context;
    if (hash !== null) return this.oneOfFew(address, () => functions.verify({ hash, password }));
    await this.oneOfFew(address, () => functions.hash(password));
    return false;
  }

  /** Runs work that costs about one hash. */
  private async oneOfFew<T>(address: string, work: () => Promise<T>): Promise<T> {
    if (!(await this.queue.enter(address))) throw new RollcallError('busy', { retryAfterS: 5 });
    try {
      return await work();
    } finally {
      this.queue.leave();
    }
  }
}
