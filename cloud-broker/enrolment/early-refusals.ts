import { TokenBuckets } from '../net/token-bucket.ts';
import type { EnrolmentStore, Refusal } from './attempt.ts';

/** Of one domain: what goes wrong before the proof costs strangers nothing, so it may not cost the store much. */
const NOTED = { burst: 20, perSecond: 1 };
const MAX_DOMAINS = 10_000;

/** What a try says of itself. */
export interface TryAbout {
  requestId: string;
  domain: string;
  serial: string;
  model: string;
}

/** What of it is known, where a message was refused before it was read. */
export type PartOf<About> = { [Name in keyof About]?: About[Name] | undefined };

/**
 * E11: refusals that are answered before anything is decided (a wrong proof, too many at once) stand in the domain's
 * enrolment log too, as long as they are not too many. A domain that is not there has no log.
 */
export class EarlyRefusals {
  private readonly store: EnrolmentStore;
  private readonly budgets = new TokenBuckets(NOTED, MAX_DOMAINS);

  constructor(store: EnrolmentStore) {
    this.store = store;
  }

  /** Never throws: the answer does not wait for it, and a store that cannot keep it has said so elsewhere. */
  note(made: PartOf<TryAbout> & Pick<Refusal, 'code' | 'address' | 'correlationId' | 'now'>): void {
    void this.keep(made).catch(() => undefined);
  }

  private async keep({ domain, serial, model, ...made }: Parameters<EarlyRefusals['note']>[0]): Promise<void> {
    if (domain === undefined || serial === undefined || model === undefined) return;
    if ((await this.store.whyUnknown(domain, made.now)) !== null || !this.budgets.spend(domain, made.now)) return;
    const { code, address, correlationId, now } = made;
    await this.store.noteRefusal({ domain, serial, model, code, address, correlationId, now });
  }
}
