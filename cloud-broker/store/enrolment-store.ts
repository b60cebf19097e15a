import type { EnrolmentStore, Preview } from '../enrollment/attempt.ts';
import { decide, type Decision } from '../enrollment/decide.ts';
import { serialKey } from '../../protocol/text.ts';
import { boardBySerial } from './board-rows.ts';
import { domainByName, statusOf } from './domain-rows.ts';
import { loadFacts, type EnrolInput } from './enrolment-facts.ts';
import type { Sql } from './sql.ts';
import type { Store } from './store.ts';

const isBusy = (decision: Decision): boolean => decision.outcome === 'rejected' && decision.code === 'busy';

/** The desk's look before the transaction: which budget is spent, and for which device a certificate is worth signing. */
function preview(sql: Sql, attempt: EnrolInput): Preview {
  const loaded = loadFacts(sql, attempt);
  if (loaded === null) return { budgetClass: 'rest', certificateFor: null, busy: false, busyOverBudget: false };
  const decision = decide(loaded.facts);
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
    whyUnknown(name, now) {
      const domain = domainByName(reader, name);
      if (domain === null) return 'absent';
      const status = statusOf(domain, now);
      return status === 'unconfirmed' || status === 'closed' ? status : null;
    },
    factoryKeyOf: (serial) => boardBySerial(reader, serialKey(serial))?.factoryPublicKey ?? null,
    preview: (attempt) => preview(reader, { ...attempt, unprovenLimit }),
    enrol: async (attempt) =>
      store.write('enrol', { ...attempt, unprovenLimit, ...(clockInDoubt() ? { clockInDoubt: true } : {}) }),
    noteRefusal: async (refusal) => store.write('noteRefusal', refusal),
  };
}
