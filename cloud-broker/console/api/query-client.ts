import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import type { QueryKey } from '@tanstack/react-query';
import { Failure, hasCode } from './failure.ts';
import { keys, portalKeys } from './queries.ts';

/** Only a lost link is retried automatically; a refusal would be the same again. */
const again = (failures: number, error: Error): boolean =>
  failures < 2 && error instanceof Failure && error.code === 'unreachable';

/**
 * The query cache. Events keep it up to date, so data never goes stale by age or when the window loses focus. Any `signed-out` response ends the
 * session here too.
 */
export function createQueryClient(): QueryClient {
  const onError = (error: Error, key: QueryKey | undefined): void => {
    const { session } = key?.[0] === portalKeys.all[0] ? portalKeys : keys;
    if (hasCode(error, 'signed-out')) client.setQueryData(session, null);
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: (error, query) => onError(error, query.queryKey) }),
    mutationCache: new MutationCache({ onError: (error, _input, _result, { options }) => onError(error, options.mutationKey) }),
    defaultOptions: {
      // Being offline is detected by trying, not by what the browser reports.
      queries: { staleTime: Infinity, refetchOnWindowFocus: false, retry: again, retryDelay: 500, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
  return client;
}
