import type { EnrolmentStore, Preview } from './attempt.ts';
import { decide, type Decision } from './rules/decide.ts';
import { serialKey } from '../../protocol/text.ts';
import { boardBySerial } from '../register/rows.ts';
import { domainByName, statusOf } from '../domains/rows.ts';
import { loadFacts, type EnrolInput } from './facts.ts';
import type { Reads } from '../store/tx.ts';
import type { Store } from '../store/port.ts';

const isBusy = (decision: Decision): boolean => decision.outcome === 'rejected' && decision.code === 'busy';

/** The desk's look before the transaction: which budget is spent, and for which device a certificate is worth signing. */
async function preview(tx: Reads, attempt: EnrolInput): Promise<Preview> {
  const loaded = await loadFacts(tx, attempt);
  if (loaded === null) return { budgetClass: 'rest', certificateFor: null, busy: false, busyOverBudget: false };
  const { decision } = loaded;
  return {
    budgetClass: loaded.budgetClass,
    busy: isBusy(decision),
    busyOverBudget: isBusy(decide({ ...loaded.facts, overBudget: true })),
    certificateFor: decision.outcome === 'accepted' ? (decision.deviceId ?? attempt.proposedId) : null,
  };
}

/**
 * The desk's view of a store. `unprovenLimit`: most unproven grants of the whole service in a day (E14); `clockInDoubt`: whether nothing may be
 * dated now.
 */
export function enrolmentStore(store: Store, unprovenLimit: number, clockInDoubt: () => boolean = () => false): EnrolmentStore {
  const { reader } = store;
  return {
    async whyUnknown(name, now) {
      const domain = await domainByName(reader, name);
      if (domain === null) return 'absent';
      const status = statusOf(domain, now);
      return status === 'unconfirmed' || status === 'closed' ? status : null;
    },
    factoryKeyOf: async (serial) => (await boardBySerial(reader, serialKey(serial)))?.factoryPublicKey ?? null,
    preview: async (attempt) => preview(reader, { ...attempt, unprovenLimit }),
    enrol: async (attempt) =>
      store.write('enrol', { ...attempt, unprovenLimit, ...(clockInDoubt() ? { clockInDoubt: true } : {}) }),
    noteRefusal: async (refusal) => store.write('noteRefusal', refusal),
  };
}
