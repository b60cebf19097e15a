import type { EnrolmentAttempt, EnrolmentStore, FirstLook } from './attempt.ts';
import { serialKey } from '../../protocol/text.ts';
import { identityOf } from '../devices/rules/identity.ts';
import { domainByName, statusOf } from '../domains/rows.ts';
import { loadFacts } from './facts.ts';
import type { Reads } from '../store/tx.ts';
import type { Store } from '../store/port.ts';

/** ?1 is the key, ?2 the serial, ?3 the domain. `own`: a device with this key and serial is enrolled there; `other`: one with this serial and another key. */
const LOOK = `SELECT
  EXISTS (SELECT 1 FROM device_keys WHERE fingerprint = ?1) AS known,
  EXISTS (SELECT 1 FROM boards WHERE serial_key = ?2) AS listed,
  EXISTS (SELECT 1 FROM devices WHERE key_fingerprint = ?1 AND domain_id = d.id AND serial_key = ?2 AND state = 'enrolled') AS own,
  EXISTS (SELECT 1 FROM devices WHERE serial_key = ?2 AND domain_id = d.id AND key_fingerprint <> ?1 AND state = 'enrolled') AS other
  FROM domains d WHERE d.name = ?3`;

async function look(reader: Reads, { board, key, domain }: EnrolmentAttempt): Promise<FirstLook> {
  const found = await reader.get<{ known: number; listed: number; own: number; other: number }>(
    LOOK,
    key.fingerprint,
    serialKey(board.serial),
    domain,
  );
  if (found === null) return { budgetClass: 'rest', mayWait: false };
  const isListed = identityOf(board, { listed: found.listed === 1, sharedSerial: false }) === 'listed';
  return {
    budgetClass: found.known === 1 ? 'known-key' : isListed ? 'listed' : 'rest',
    // A device that asks again never waits (E3), nor does a listed board whose place nobody has (E5, E7).
    mayWait: found.own === 0 && !(isListed && found.other === 0),
  };
}

/**
 * The enrolment service's view of a store. `unprovenLimit`: maximum unproven grants per day for the whole service (E14); `clockInDoubt`: whether
 * nothing may be dated now.
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
    look: async (attempt) => look(reader, attempt),
    async isBusy(attempt) {
      const loaded = await loadFacts(reader, { ...attempt, unprovenLimit });
      return loaded?.decision.outcome === 'rejected' && loaded.decision.code === 'busy';
    },
    enrol: async (attempt) =>
      store.write('enrol', { ...attempt, unprovenLimit, ...(clockInDoubt() ? { clockInDoubt: true } : {}) }),
    noteRefusal: async (refusal) => store.write('noteRefusal', refusal),
  };
}
