import { RollcallError, type Language } from '../../../protocol/errors.ts';
import type { WriteContext } from '../../store/commit.ts';
import type { ChangeRequest } from '../../store/change-request.ts';

export interface ChangeDomain extends ChangeRequest {
  /** Omitted fields are kept. */
  organization?: string | undefined;
  contactName?: string | undefined;
  phone?: string | undefined;
  email?: string | undefined;
  language?: Language | undefined;
}

interface Changeable {
  organization: string;
  contactName: string;
  phone: string;
  email: string;
  language: Language;
}

/** The domain's own details. The audit row holds what changed, before and after; without a change there is none. */
export async function changeDomain(context: WriteContext, input: ChangeDomain): Promise<void> {
  const { tx } = context;
  const { domainId, now: at, actor, address } = input;
  const row = await tx.get<Changeable & { name: string }>(
    'SELECT name, organization, contact_name AS contactName, phone, email, language FROM domains WHERE id = ?',
    domainId,
  );
  if (row === null) throw new RollcallError('not-found');
  const { name, ...before } = row;
  const after = {
    organization: input.organization ?? before.organization,
    contactName: input.contactName ?? before.contactName,
    phone: input.phone ?? before.phone,
    email: input.email ?? before.email,
    language: input.language ?? before.language,
  };
  const changed = (Object.keys(after) as (keyof Changeable)[]).filter((field) => before[field] !== after[field]);
  if (changed.length === 0) return;
  tx.send(
    'UPDATE domains SET organization = ?, contact_name = ?, phone = ?, email = ?, language = ? WHERE id = ?',
    after.organization,
    after.contactName,
    after.phone,
    after.email,
    after.language,
    domainId,
  );
  const only = (values: Changeable) => Object.fromEntries(changed.map((field) => [field, values[field]]));
  const details = { before: only(before), after: only(after) };
  context.audit({ domainId, at, actor, address, action: 'domain.changed', subject: name, details });
}
