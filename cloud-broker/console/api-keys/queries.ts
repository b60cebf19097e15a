import { infiniteQueryOptions } from '@tanstack/react-query';
import { apiKeysPage, newApiKey } from '../../../protocol/api-keys.ts';
import type { ApiScope } from '../../../protocol/api-keys.ts';
import { ask, change } from '../api/client.ts';
import { inPages } from '../api/pages.ts';
import { useChange } from '../api/use-change.ts';

const API_KEYS = ['api-keys'] as const;

/** No event reports keys or their use, so each visit reads them again. */
export const apiKeysQuery = infiniteQueryOptions({
  queryKey: API_KEYS,
  ...inPages('/api-keys', apiKeysPage, 50),
  staleTime: 0,
});

export const useNewApiKey = () =>
  useChange((about: { name: string; scopes: ApiScope[] }) => ask('/api-keys', newApiKey, about), API_KEYS);
export const useRevoke = (id: string) => useChange(() => change('DELETE', `/api-keys/${encodeURIComponent(id)}`), API_KEYS);
