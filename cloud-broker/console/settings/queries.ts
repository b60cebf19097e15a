import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { closingDomain, domainSettings, pairingCode } from '../../../protocol/api-domain.ts';
import type { DomainPatch } from '../../../protocol/api-domain.ts';
import { ask, change, read } from '../api/client.ts';
import { keys } from '../api/queries.ts';

const SETTINGS = ['settings'] as const;

/** No event tells of settings, so each visit reads them again. */
export const settingsQuery = queryOptions({
  queryKey: SETTINGS,
  queryFn: ({ signal }) => read('/domain', domainSettings, signal),
  staleTime: 0,
});

/** After a change, or a refused one, shows the domain as it really is. */
function useLookAgain(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: SETTINGS });
    await client.invalidateQueries({ queryKey: keys.session });
  };
}

export function useChangeDomain() {
  const onSettled = useLookAgain();
  return useMutation({ mutationFn: (patch: DomainPatch) => change('PATCH', '/domain', patch), onSettled });
}

export function useNewPairingCode() {
  const onSettled = useLookAgain();
  return useMutation({
    mutationFn: (previousDays: number) => ask('/domain/pairing-code', pairingCode, { previousDays }),
    onSettled,
  });
}

export function useNoPairingCode() {
  const onSettled = useLookAgain();
  return useMutation({ mutationFn: () => change('DELETE', '/domain/pairing-code'), onSettled });
}

export function useCloseDomain() {
  const onSettled = useLookAgain();
  return useMutation({
    mutationFn: (typed: { name: string; password: string }) => ask('/domain/close', closingDomain, typed),
    onSettled,
  });
}

export function useWithdrawClosing() {
  const onSettled = useLookAgain();
  return useMutation({ mutationFn: () => change('DELETE', '/domain/close'), onSettled });
}
