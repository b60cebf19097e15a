import { domainById, type DomainRow } from '../domains/rows.ts';
import { linked, type AccessParts } from '../identity/access.ts';
import { userById, type UserRow } from './rows.ts';
import { liveToken, type TokenPurpose } from './tokens.ts';

/** Whose link this is, and its hash; looking changes nothing. Refuses with `link-not-valid` or `busy`. */
export async function linkedUser(
  parts: AccessParts,
  purpose: TokenPurpose,
  token: string,
  address: string,
): Promise<{ user: UserRow; domain: DomainRow; hash: string }> {
  return linked(parts, token, address, async (hash, now) => {
    const { reader } = parts.store;
    const found = await liveToken(reader, hash, purpose, now);
    const user = found === null ? null : await userById(reader, found.userId);
    const domain = user === null ? null : await domainById(reader, user.domainId);
    return user === null || domain === null ? null : { user, domain };
  });
}
