import type { PortalRole } from '../../../protocol/api-portal.ts';
import type { WordKey } from '../words/words.ts';

export const roleWords: Record<PortalRole, WordKey> = { admin: 'portal.admin', member: 'portal.member' };
