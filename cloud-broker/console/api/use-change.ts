import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { QueryKey } from '@tanstack/react-query';

/** A change. Whether it succeeds or not, the queries named by `stale` are then read again, in this order. */
export function useChange<Input = void, Output = void>(
  mutationFn: (input: Input) => Promise<Output>,
  ...stale: readonly QueryKey[]
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: async () => {
      for (const queryKey of stale) await client.invalidateQueries({ queryKey });
    },
    // Input and answer may hold a secret: they are kept no longer than they are shown.
    gcTime: 0,
  });
}
