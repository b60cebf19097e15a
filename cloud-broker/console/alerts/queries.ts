import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import {
  alertPreview,
  alertRules,
  alertSettings,
  alertsPage,
  type AlertRules,
  type AlertSettings,
} from '../../../protocol/api-alerts.ts';
import { ask, change, read } from '../api/client.ts';
import { inPages } from '../api/pages.ts';
import { keys } from '../api/queries.ts';
import { useChange } from '../api/use-change.ts';

const ROWS = 50;
/** Picks up alerts that end without an event, for example by an approval. */
const AGAIN_MS = 30_000;

export const alertsQuery = (state: 'open' | 'closed') =>
  infiniteQueryOptions({
    queryKey: [...keys.alerts, state],
    ...inPages('/alerts', alertsPage, ROWS, { state }),
    refetchInterval: AGAIN_MS,
  });

/** Number of open alerts, shown on every page. Refused to users who see only some devices. */
export const openAlertsQuery = queryOptions({
  queryKey: [...keys.alerts, 'count'],
  queryFn: async ({ signal }) => (await read('/alerts?state=open&limit=1', alertsPage, signal)).open,
  refetchInterval: AGAIN_MS,
  retry: false,
});

const RULES = ['alert-rules'];
export const rulesQuery = queryOptions({
  queryKey: RULES,
  queryFn: ({ signal }) => read('/alerts/settings', alertRules, signal),
  staleTime: 0,
});

export function settingsOf({ domainEmail: _email, changedAt: _at, ...settings }: AlertRules): AlertSettings {
  return settings;
}

/** Typed input may not be valid rules yet. */
export const isUsable = (settings: AlertSettings): boolean => alertSettings.safeParse(settings).success;

export const previewQuery = (settings: AlertSettings) =>
  queryOptions({
    queryKey: ['alert-preview', settings],
    queryFn: () => ask('/alerts/preview', alertPreview, settings),
    enabled: isUsable(settings),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });

export const useSaveRules = () => useChange((settings: AlertSettings) => change('PUT', '/alerts/settings', settings), RULES);
