import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { newWebhook, webhookDeliveries, webhooksList, webhookTest } from '../../../protocol/api-webhooks.ts';
import type { WebhookPatch, WebhookType } from '../../../protocol/api-webhooks.ts';
import { ask, change, read } from '../api/client.ts';

const WEBHOOKS = ['webhooks'] as const;
/** No event tells of deliveries: those in view are read again. */
const LOOK_MS = 5000;

export const webhooksQuery = queryOptions({
  queryKey: WEBHOOKS,
  queryFn: async ({ signal }) => (await read('/webhooks', webhooksList, signal)).items,
  staleTime: 0,
});

const pathOf = (id: string): string => `/webhooks/${encodeURIComponent(id)}`;

export const deliveriesQuery = (id: string) =>
  queryOptions({
    queryKey: [...WEBHOOKS, id, 'deliveries'],
    queryFn: async ({ signal }) => (await read(`${pathOf(id)}/deliveries`, webhookDeliveries, signal)).items,
    staleTime: 0,
    refetchInterval: LOOK_MS,
  });

/** What a change of webhooks makes known: the list and what is in view of its deliveries. */
function useChange<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => client.invalidateQueries({ queryKey: WEBHOOKS }),
    // The answer may hold a secret: it is not kept longer than it is shown.
    gcTime: 0,
  });
}

export interface WebhookFields {
  url: string;
  types: WebhookType[];
  description: string;
}

export const useNewWebhook = () => useChange(async (fields: WebhookFields) => ask('/webhooks', newWebhook, fields));
export const useNewSecret = (id: string) => useChange(async () => ask(`${pathOf(id)}/secret`, newWebhook));
export const useTest = (id: string) => useChange(async () => ask(`${pathOf(id)}/test`, webhookTest));
export const useChangeWebhook = (id: string) => useChange(async (patch: WebhookPatch) => change('PATCH', pathOf(id), patch));
export const useRemove = (id: string) => useChange(async () => change('DELETE', pathOf(id)));
export const useSendAgain = (id: string) =>
  useChange(async (delivery: string) => change('POST', `${pathOf(id)}/deliveries/${encodeURIComponent(delivery)}/retry`));
