/** Claim codes: issued for invoices, typed by portal users, shown as subscriptions (K3, K4). */
import type { ClaimPreview, PortalSubscription } from '../../protocol/api-portal.ts';
import { RollcallError } from '../../protocol/errors.ts';
import { newCode, readCode } from '../product-keys/rules.ts';
import { makeKey } from '../product-keys/product-keys.ts';
import type { Secrets } from '../keys/secrets.ts';
import { NetworkBudgets } from '../net/network-budgets.ts';
import { TokenBuckets } from '../net/token-bucket.ts';
import { claimByHash } from './claim-rows.ts';
import type { AskedInPortal } from './operations/organizations.ts';
import { roleOf } from './rows.ts';
import { isoTime, nullableIsoTime } from '../store/paging.ts';
import { administered, boardFacts, organizationName, subscriptionView, type SubscriptionView } from './queries.ts';
import type { Store } from '../store/port.ts';
import { claimBefore, claimEndsAt, PRODUCT, renewsOn } from './rules.ts';

const RANDOM_BYTES = 16;
const GUESSES = { burst: 10, perSecond: 1 / 120 };
const MAX_GUESSERS = 10_000;

export interface ClaimParts {
  store: Store;
  secrets: Secrets;
  clock(): number;
  random(bytes: number): Uint8Array;
}

/** K4: the claim code of an invoice, the same each time, and the last moment of its year (ms since 1970). Refuses like the operation. */
export async function issueClaim(
  { store, secrets, clock, random }: ClaimParts,
  invoice: string,
  actor: string,
): Promise<{ code: string; invoice: string; validUntil: number }> {
  const made = newCode(random(RANDOM_BYTES));
  const { sealed, purchasedOn } = await store.write('issueClaimCode', {
    now: clock(),
    actor,
    invoice,
    hash: secrets.hash('claim code', readCode(made) ?? ''),
    sealed: secrets.seal('claim code', invoice, made),
  });
  return { code: secrets.open('claim code', invoice, sealed), invoice, validUntil: claimEndsAt(purchasedOn) };
}

/** Claiming, for all portal users. */
export class Claims {
  private readonly parts: ClaimParts;
  /** Unknown codes: 10 at once, then one in two minutes, per person and per address. */
  private readonly guesses = {
    people: new TokenBuckets(GUESSES, MAX_GUESSERS),
    networks: new NetworkBudgets(GUESSES, MAX_GUESSERS),
  };

  constructor(parts: ClaimParts) {
    this.parts = parts;
  }

  /** K4: what a code stands for; checking changes nothing. Refuses with `claim-not-valid`, `claim-taken`, `claim-expired` or `busy`. */
  async preview(who: { userId: string; address: string }, typed: string): Promise<ClaimPreview> {
    const { store, clock } = this.parts;
    const claim = await this.guess(who, async () => claimByHash(store.reader, this.hashOf(typed)));
    const { invoice, organizationId } = claim;
    const own = organizationId === null ? null : await this.ownOrganization(who.userId, organizationId);
    if (organizationId !== null && own === null) throw new RollcallError('claim-taken');
    const { boards, models, purchasedOn } = await boardFacts(store.reader, { invoice, keyId: null });
    if (purchasedOn === null) throw new RollcallError('claim-not-valid');
    const last = claimBefore(purchasedOn);
    if (own === null && clock() > claimEndsAt(purchasedOn)) throw new RollcallError('claim-expired', { claimBefore: last });
    return { product: PRODUCT, invoice, boards, models, purchasedOn, claimBefore: last, claimedBy: own };
  }

  /**
   * K3: the subscription, and whether it is new. Without an organisation, the one the person administers is used. Refuses with `invalid-request` if
   * there are several, `forbidden` if there is none, `busy`, or like the operation.
   */
  async claim(
    asked: AskedInPortal,
    typed: string,
    organizationId: string | undefined,
  ): Promise<{ subscription: PortalSubscription; created: boolean }> {
    const { store, secrets, random } = this.parts;
    const hash = this.hashOf(typed);
    await this.guess(asked, async () => claimByHash(store.reader, hash));
    const organization = organizationId ?? (await this.onlyOrganization(asked.userId));
    const { key } = makeKey(secrets, random);
    const { keyId, created } = await store.write('claimInvoice', { ...asked, hash, organizationId: organization, key });
    const view = await subscriptionView(store.reader, asked.userId, keyId);
    if (view === null) throw new RollcallError('not-found');
    return { subscription: await this.present(view), created };
  }

  /** K3: with the product key decrypted for copying. */
  async present(view: SubscriptionView): Promise<PortalSubscription> {
    const { store, secrets } = this.parts;
    const { boards, models, purchasedOn } = await boardFacts(store.reader, view);
    const bought = purchasedOn ?? isoTime(view.claimedAt).slice(0, 10);
    return {
      id: view.keyId,
      product: PRODUCT,
      organization: { id: view.organizationId, name: view.organization },
      invoice: view.invoice,
      boards,
      models,
      purchasedOn: bought,
      renewsOn: renewsOn(bought, view.credits, boards),
      claimedAt: isoTime(view.claimedAt),
      key: secrets.open('product key', view.keyId, view.sealed),
      credits: view.credits,
      redeemedAt: nullableIsoTime(view.redeemedAt),
    };
  }

  /** A typing error is not a guess: the check symbol reveals it to anybody. */
  private hashOf(typed: string): string {
    const symbols = readCode(typed);
    if (symbols === null) throw new RollcallError('claim-not-valid', { reason: 'mistyped' });
    return this.parts.secrets.hash('claim code', symbols);
  }

  /** Charged before the lookup, so that simultaneous guesses are counted one after the other; refunded if it was not a guess. */
  private async guess<Found>(
    { userId, address }: { userId: string; address: string },
    find: () => Promise<Found | null>,
  ): Promise<Found> {
    const now = this.parts.clock();
    const { people, networks } = this.guesses;
    const giveBack = (): void => {
      people.giveBack(userId);
      networks.giveBack(address);
    };
    if (people.isSpent(userId, now) || networks.isSpent(address, now)) throw new RollcallError('busy', { retryAfterS: 120 });
    people.spend(userId, now);
    networks.spend(address, now);
    const found = await find().catch((error: unknown) => {
      giveBack();
      throw error;
    });
    if (found === null) throw new RollcallError('claim-not-valid');
    giveBack();
    return found;
  }

  private async onlyOrganization(userId: string): Promise<string> {
    const [first, second] = await administered(this.parts.store.reader, userId);
    if (first === undefined) throw new RollcallError('forbidden');
    if (second !== undefined) throw new RollcallError('invalid-request', { field: 'organizationId' });
    return first;
  }

  /** Null if the person is not a member of the organisation. */
  private async ownOrganization(userId: string, id: string): Promise<{ id: string; name: string } | null> {
    const { reader } = this.parts.store;
    return (await roleOf(reader, userId, id)) === null ? null : { id, name: (await organizationName(reader, id)) ?? '' };
  }
}
