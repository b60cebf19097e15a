/** D6: who may do what to a user of the domain. Pure. */
import type { Role } from '../../../protocol/api.ts';
import { RollcallError } from '../../../protocol/errors.ts';

/** D6: users of one domain, invited ones among them. */
export const MAX_USERS = 1000;

/** What an admin says about a user. */
export interface Standing {
  role: Role;
  billing: boolean;
  tags: readonly string[];
}

/**
 * Only admins manage users, and only those without tags: whoever may change tags and roles could take off their own. A domain
 * admin is made, changed and removed by domain admins alone. `about` holds the role that the user has and the one meant. Refuses
 * with `forbidden`.
 */
export function demandMayManage(actor: Pick<Standing, 'role' | 'tags'> | null, about: readonly Role[]): void {
  if (actor === null || actor.role === 'user' || actor.tags.length > 0) throw new RollcallError('forbidden');
  if (actor.role !== 'domain-admin' && about.includes('domain-admin')) throw new RollcallError('forbidden');
}

/** A domain admin sees and does everything, so tags would say two things at once. Refuses with `invalid-request`. */
export function demandSense({ role, tags }: Standing): void {
  if (role === 'domain-admin' && tags.length > 0)
    throw new RollcallError('invalid-request', { field: 'tags', reason: 'domain-admin-sees-all' });
}

/**
 * One domain admin who can sign in always stays: who never accepted an invitation does not count, for the link may never be
 * opened. `after` is null where the user is removed; `others` counts the other domain admins who can sign in. Refuses with
 * `last-domain-admin`.
 */
export function demandOneStays(before: { role: Role; canSignIn: boolean }, after: Role | null, others: number): void {
  const goes = before.role === 'domain-admin' && before.canSignIn && after !== 'domain-admin';
  if (goes && others === 0) throw new RollcallError('last-domain-admin');
}

/** What changed of a user, for the audit log: each field as it was and as it is. */
export function changesOf(before: Standing, after: Standing): { before: Partial<Standing>; after: Partial<Standing> } | null {
  const changed = (['role', 'billing', 'tags'] as const).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
  if (changed.length === 0) return null;
  const pick = (from: Standing): Partial<Standing> => Object.fromEntries(changed.map((field) => [field, from[field]]));
  return { before: pick(before), after: pick(after) };
}
