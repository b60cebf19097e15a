/** The caller: the user of a session cookie, or an API key (A2). */
import { RollcallError } from '../../protocol/errors.ts';
import type { WithAccounts } from './accounts.ts';
import { bearerOf, LAST_USE_STEP_MS } from './api-keys.ts';
import { tokenHash } from '../keys/secrets.ts';
import { NetworkBudgets } from '../net/network-budgets.ts';
import { domainById, statusOf } from '../domains/rows.ts';
import { apiKeyByHash, type LiveApiKey } from './queries/api-keys.ts';
import type { CallerHeaders, SignedIn } from '../http/access.ts';
import type { HttpDeps } from '../http/deps.ts';

/** Unknown keys per network before it receives `busy`; a good key is never delayed by wrong keys of its neighbours. */
const WRONG_KEYS = { burst: 20, perSecond: 0.2 } as const;
const MAX_NETWORKS = 10_000;

export class Callers {
  private readonly deps: Pick<HttpDeps & WithAccounts, 'accounts' | 'store' | 'clock' | 'log'>;
  private readonly wrongKeys = new NetworkBudgets(WRONG_KEYS, MAX_NETWORKS);
  /** Keys whose use is being written right now. */
  private readonly noting = new Set<number>();

  constructor(deps: Pick<HttpDeps & WithAccounts, 'accounts' | 'store' | 'clock' | 'log'>) {
    this.deps = deps;
  }

  /** Null without a live session or key. Refuses with `invalid-request` if the request has both, and with `busy` after too many wrong keys. */
  async of(headers: CallerHeaders, address: string): Promise<SignedIn | null> {
    const caller = await this.stillThere(headers);
    if (caller === null && bearerOf(headers.authorization) !== null) this.countWrongKey(address);
    return caller;
  }

  /** The same for a caller admitted before: whether a stream may continue (A5). */
  async stillThere(headers: CallerHeaders): Promise<SignedIn | null> {
    const { accounts, store } = this.deps;
    const secret = bearerOf(headers.authorization);
    if (secret === null) return accounts.sessionOf(headers);
    if (headers.cookie?.includes(accounts.cookieName) === true)
      throw new RollcallError('invalid-request', { reason: 'cookie-and-key' });
    const key = secret === '' ? null : await apiKeyByHash(store.reader, tokenHash(secret));
    return key === null ? null : await this.callerOf(key);
  }

  /** An API key sees all devices of its domain and may do what its scopes allow; the role grants it nothing. */
  private async callerOf(key: LiveApiKey): Promise<SignedIn | null> {
    const now = this.deps.clock();
    const domain = await domainById(this.deps.store.reader, key.domainId);
    if (domain === null || ['unconfirmed', 'closed'].includes(statusOf(domain, now))) return null;
    this.noteUse(key, now);
    const id = `key:${key.id}`;
    return {
      userId: id,
      sessionId: id,
      user: `key:${key.name}`,
      email: '',
      role: 'user',
      domainId: key.domainId,
      billing: key.scopes.includes('billing'),
      tags: [],
      scopes: key.scopes,
    };
  }

  private noteUse({ id, lastUsedAt }: LiveApiKey, now: number): void {
    if ((lastUsedAt !== null && now - lastUsedAt < LAST_USE_STEP_MS) || this.noting.has(id)) return;
    this.noting.add(id);
    this.deps.store
      .write('noteKeyUse', { now, id })
      .catch((error: unknown) => this.deps.log.error({ err: error }, 'the use of an API key could not be written down'))
      .finally(() => this.noting.delete(id));
  }

  private countWrongKey(address: string): void {
    if (!this.wrongKeys.spend(address, this.deps.clock())) throw new RollcallError('busy', { retryAfterS: 60 });
  }
}
