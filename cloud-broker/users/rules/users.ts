/** D6: permissions to manage users of the domain. Pure. */
import type { Role } from '../../../protocol/api.ts';
import { RollcallError } from '../../../protocol/errors.ts';

/** D6: users per domain, including invited ones. */
export const MAX_USERS = 1000;

/** What an admin sets for a user. */
export interface Standing {
  role: Role;
  billing: boolean;
  tags: readonly string[];
}

/**
 * Only admins without tags manage users: an admin who may change tags and roles could remove their own tags. Only domain admins create, change and
 * remove domain admins. `about` holds the user's present and intended roles. Refuses with `forbidden`.
 */
export function demandMayManage(actor: Pick<Standing, 'role' | 'tags'> | null, about: readonly Role[]): void {
  if (actor === null || actor.role === 'user' || actor.tags.length > 0) throw new RollcallError('forbidden');
  if (actor.role !== 'domain-admin' && about.includes('domain-admin')) throw new RollcallError('forbidden');
}

/** A domain admin sees and does everything, so tags would contradict the role. Refuses with `invalid-request`. */
export function demandSense({ role, tags }: Standing): void {
  if (role === 'domain-admin' && tags.length > 0)
    throw new RollcallError('invalid-request', { field: 'tags', reason: 'domain-admin-sees-all' });
}

/**
 * One domain admin who can sign in always remains. Users with an open invitation do not count, as its link may never be opened. `after` is null if
 * the user is removed; `others` counts the other domain admins who can sign in. Refuses with `last-domain-admin`.
 */
export function demandOneStays(before: { role: Role; canSignIn: boolean }, after: Role | null, others: number): void {
  const goes = before.role === 'domain-admin' && before.canSignIn && after !== 'domain-admin';
  if (goes && others === 0) throw new RollcallError('last-domain-admin');
}

/** Changes of a user for the audit log: each changed field before and after. */
export function changesOf(before: Standing, after: Standing): { before: Partial<Standing>; after: Partial<Standing> } | null {
  const changed = (['role', 'billing', 'tags'] as const).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
  if (changed.length === 0) return null;
  const pick = (from: Standing): Partial<Standing> => Object.fromEntries(changed.map((field) => [field, from[field]]));
  return { before: pick(before), after: pick(after) };
}
