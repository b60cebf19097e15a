import { activateDomain, layDomain, type DomainDetails } from '../../domains/operations/domains.ts';
import type { Language } from '../../../protocol/errors.ts';
import type { WriteContext } from '../../store/commit.ts';
import { insertUser, type NewUser } from '../rows.ts';

export interface CreateDomainInput extends Omit<DomainDetails, 'language'> {
  language?: Language;
  /** D6: its first user. */
  owner?: NewUser;
  /** Who activates it at once, with its first user in the same transaction: used by the operator. */
  activatedBy?: string;
}

/** Creates a domain without an e-mail: with `owner` and `activatedBy`, completely at once. Refuses with `name-invalid` or `name-taken`. */
export async function createDomain(context: WriteContext, input: CreateDomainInput): Promise<{ domainId: number }> {
  const { now, owner, activatedBy } = input;
  const { domainId } = await layDomain(context, { ...input, language: input.language ?? 'en' });
  if (owner !== undefined) insertUser(context.tx, owner, domainId, now);
  if (activatedBy !== undefined) await activateDomain(context, { now, domainId, actor: activatedBy });
  return { domainId };
}
