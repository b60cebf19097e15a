import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { QueryKey } from '@tanstack/react-query';

/** A change; whatever came of it, what these keys name is then read again, in this order. */
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
    // What was sent or answered may hold a secret: it is not kept longer than it is shown.
    gcTime: 0,
  });
}
