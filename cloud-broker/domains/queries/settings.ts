import type { Language } from '../../../protocol/errors.ts';
import type { Reads } from '../../store/tx.ts';

/** What rows.ts does not carry through every enrolment: how to contact the domain, and its pairing code. */
export interface DomainDetailsRow {
  contactName: string;
  phone: string;
  language: Language;
  pairingSealed: Uint8Array | null;
}

export async function domainDetails(tx: Reads, domainId: number): Promise<DomainDetailsRow | null> {
  return await tx.get(
    'SELECT contact_name AS contactName, phone, language, pairing_sealed AS pairingSealed FROM domains WHERE id = ?',
    domainId,
  );
}

/** Boards that wait only for a plain approval (E6); those whose key changed always need a person (E7). */
export async function waitingForApproval(tx: Reads, domainId: number): Promise<number> {
  return (
    (
      await tx.get<{ boards: number }>(
        "SELECT count(*) AS boards FROM devices WHERE domain_id = ? AND status = 'pending' AND state <> 'unenrolled' AND pending_code = 'awaiting-approval'",
        domainId,
      )
    )?.boards ?? 0
  );
}
