import { queryOptions } from '@tanstack/react-query';
import { closingDomain, domainSettings, pairingCode } from '../../../protocol/api-domain.ts';
import type { DomainPatch } from '../../../protocol/api-domain.ts';
import { ask, change, read } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { useChange } from '../api/use-change.ts';

const SETTINGS = ['settings'] as const;

/** No event reports settings, so each visit reads them again. */
export const settingsQuery = queryOptions({
  queryKey: SETTINGS,
  queryFn: ({ signal }) => read('/domain', domainSettings, signal),
  staleTime: 0,
});

/** After a change, or a refused one, the domain is shown as it really is. */
const useSettingsChange = <Input = void, Output = void>(made: (input: Input) => Promise<Output>) =>
  useChange(made, SETTINGS, keys.session);

export const useChangeDomain = () => useSettingsChange((patch: DomainPatch) => change('PATCH', '/domain', patch));
export const useNewPairingCode = () =>
  useSettingsChange((previousDays: number) => ask('/domain/pairing-code', pairingCode, { previousDays }));
export const useNoPairingCode = () => useSettingsChange(() => change('DELETE', '/domain/pairing-code'));
export const useCloseDomain = () =>
  useSettingsChange((typed: { name: string; password: string }) => ask('/domain/close', closingDomain, typed));
export const useWithdrawClosing = () => useSettingsChange(() => change('DELETE', '/domain/close'));
