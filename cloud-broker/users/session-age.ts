import { MOST_SET_MS } from '../ledger/rules/usage.ts';

/** Begun by a clock that was far ahead and was set back since: such a session would be good for years. The library counts by the machine's clock, and so does this. */
export function isFromTheFuture({ createdAt }: { createdAt: Date }): boolean {
  return createdAt.getTime() > Date.now() + MOST_SET_MS;
}
