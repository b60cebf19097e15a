import type { Role, Session } from '../../../protocol/api.ts';
import type { User } from '../../../protocol/api-users.ts';
import type { WordKey } from '../words/words.ts';

export const roleWords: Record<Role, WordKey> = {
  'domain-admin': 'role.domainAdmin',
  admin: 'role.admin',
  user: 'role.user',
};

export const roleHints: Record<Role, WordKey> = {
  'domain-admin': 'role.domainAdminHint',
  admin: 'role.adminHint',
  user: 'role.userHint',
};

/** The roles that the user may assign, and whose users they may change (D6); the service decides. */
export const rolesGivenBy = (role: Role): readonly Role[] =>
  role === 'domain-admin' ? ['domain-admin', 'admin', 'user'] : ['admin', 'user'];

export const mayManage = (session: Session, user: User): boolean => rolesGivenBy(session.role).includes(user.role);

/** Billing by permission, or by being an admin who sees the whole domain. */
export const seesBilling = ({ role, billing, tags }: Pick<User, 'role' | 'billing' | 'tags'>): boolean =>
  billing || (role !== 'user' && tags.length === 0);
