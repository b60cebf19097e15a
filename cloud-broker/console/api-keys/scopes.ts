import type { ApiScope } from '../../../protocol/api-keys.ts';
import type { WordKey } from '../words/words.ts';

/** What each scope lets a key do. */
export const scopeWords: Record<ApiScope, WordKey> = {
  'devices:read': 'apiKeys.devicesRead',
  'devices:write': 'apiKeys.devicesWrite',
  billing: 'apiKeys.billing',
};
