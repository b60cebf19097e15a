import type { Language } from '../../../protocol/errors.ts';
import type { Sql } from '../sql.ts';

/** What domain-rows.ts does not carry through every enrolment: how to reach the domain, and its pairing code. */
export interface DomainDetailsRow {
  contactName: string;
  phone: string;
  language: Language;
  pairingSealed: Uint8Array | null;
}

export function domainDetails(sql: Sql, domainId: number): DomainDetailsRow | null {
  return sql.get(
    'SELECT contact_name AS contactName, phone, language, pairing_sealed AS pairingSealed FROM domains WHERE id = ?',
    domainId,
  );
}

/** Boards that wait for nothing but a plain approval (E6); those whose key changed need a person in any case (E7). */
export function waitingForApproval(sql: Sql, domainId: number): number {
  return (
    sql.get<{ boards: number }>(
      "SELECT count(*) AS boards FROM devices WHERE domain_id = ? AND status = 'pending' AND state <> 'unenrolled' AND pending_code = 'awaiting-approval'",
      domainId,
    )?.boards ?? 0
  );
}
