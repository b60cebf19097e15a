import { TokenBuckets } from '../net/token-bucket.ts';
import type { EnrolmentStore, Refusal } from './attempt.ts';

/** Per domain: failures before the proof cost strangers nothing, so they must not cost the store much. */
const NOTED = { burst: 20, perSecond: 1 };
const MAX_DOMAINS = 10_000;

/** How an attempt describes itself. */
export interface TryAbout {
  requestId: string;
  domain: string;
  serial: string;
  model: string;
}

/** The known part of it, if a message was refused before it was read. */
export type PartOf<About> = { [Name in keyof About]?: About[Name] | undefined };

/**
 * E11: refusals that are answered before any decision (a wrong proof, too many at once) also appear in the domain's enrolment log, up to a limited
 * rate. An unknown domain has no log.
 */
export class EarlyRefusals {
  private readonly store: EnrolmentStore;
  private readonly budgets = new TokenBuckets(NOTED, MAX_DOMAINS);

  constructor(store: EnrolmentStore) {
    this.store = store;
  }

  /** Never throws: the answer does not wait for it, and a store that cannot write reports it elsewhere. */
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
