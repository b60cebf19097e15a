import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { Failure, hasCode } from './failure.ts';
import { keys } from './queries.ts';

/** Only a lost link is tried again by itself; a refusal would be the same the second time. */
const again = (failures: number, error: Error): boolean =>
  failures < 2 && error instanceof Failure && error.code === 'unreachable';

/**
 * The cache of all that was read. Events keep it true, so nothing grows stale by age or by looking away.
 * An answer `signed-out` anywhere ends the session here too.
 */
export function createQueryClient(): QueryClient {
  const onError = (error: Error): void => {
    if (hasCode(error, 'signed-out')) client.setQueryData(keys.session, null);
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // Offline is found by trying, not by what the browser believes of its network.
      queries: { staleTime: Infinity, refetchOnWindowFocus: false, retry: again, retryDelay: 500, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
  return client;
}
