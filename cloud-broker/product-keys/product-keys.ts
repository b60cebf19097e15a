/** Creates and redeems product keys (K1, K5). The rules are in rules.ts, the transactions in operations.ts. */
import { RollcallError } from '../../protocol/errors.ts';
import { TokenBuckets } from '../net/token-bucket.ts';
import type { Secrets } from '../keys/secrets.ts';
import type { ChangeRequest } from '../store/change-request.ts';
import type { MadeKey } from './operations.ts';
import type { Store } from '../store/port.ts';
import { endOf, newCode, readCode } from './rules.ts';

const RANDOM_BYTES = 16;
const ID_BYTES = 8;

/** Creates a key: its text for the recipient, and the stored form. `random` returns random bytes. */
export function makeKey(secrets: Secrets, random: (bytes: number) => Uint8Array): { text: string; key: MadeKey } {
  const text = newCode(random(RANDOM_BYTES));
  const id = `k-${Buffer.from(random(ID_BYTES)).toString('hex')}`;
  const symbols = readCode(text) ?? '';
  return {
    text,
    key: { id, hash: secrets.hash('product key', symbols), sealed: secrets.seal('product key', id, text), endsWith: endOf(text) },
  };
}

/** Redemption for all domains of a service. */
export class Redemption {
  private readonly store: Store;
  private readonly secrets: Secrets;
  /** Unknown keys: 10 at once, then one every two minutes, per domain and per address. */
  private readonly guesses = new TokenBuckets({ burst: 10, perSecond: 1 / 120 }, 10_000);

  constructor(store: Store, secrets: Secrets) {
    this.store = store;
    this.secrets = secrets;
  }

  /**
   * Refuses with `key-mistyped`, which does not count as a guess; with `busy` after too many unknown keys; or like the operation. Resolves when the
   * credits are on disk.
   */
  async redeem(asked: ChangeRequest, typed: string): Promise<{ transferId: number; credits: number }> {
    const symbols = readCode(typed);
    if (symbols === null) throw new RollcallError('key-mistyped');
    const names = [`domain ${asked.domainId}`, `address ${asked.address}`];
    // Spent before the outcome is known, so that a thousand parallel requests are not a thousand guesses.
    const spent = names.filter((name) => this.guesses.spend(name, asked.now));
    const giveBack = (): void => spent.forEach((name) => this.guesses.giveBack(name));
    if (spent.length < names.length) {
      giveBack();
      throw new RollcallError('busy', { retryAfterS: 120 });
    }
    try {
      const redeemed = await this.store.write('redeemKey', { ...asked, hash: this.secrets.hash('product key', symbols) });
      giveBack();
      return redeemed;
    } catch (error) {
      if (!(error instanceof RollcallError && error.code === 'key-not-valid')) giveBack();
      throw error;
    }
  }
}
