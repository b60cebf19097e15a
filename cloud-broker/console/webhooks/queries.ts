import { queryOptions } from '@tanstack/react-query';
import { newWebhook, webhookDeliveries, webhooksList, webhookTest } from '../../../protocol/api-webhooks.ts';
import type { WebhookPatch, WebhookType } from '../../../protocol/api-webhooks.ts';
import { ask, change, read } from '../api/client.ts';
import { useChange } from '../api/use-change.ts';

const WEBHOOKS = ['webhooks'] as const;
/** No event reports deliveries, so those in view are polled. */
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

export interface WebhookFields {
  url: string;
  types: WebhookType[];
  description: string;
}

/** What a change makes known: the list and what is in view of deliveries. */
const useWebhookChange = <Input = void, Output = void>(made: (input: Input) => Promise<Output>) => useChange(made, WEBHOOKS);

export const useNewWebhook = () => useWebhookChange((fields: WebhookFields) => ask('/webhooks', newWebhook, fields));
export const useNewSecret = (id: string) => useWebhookChange(() => ask(`${pathOf(id)}/secret`, newWebhook));
export const useTest = (id: string) => useWebhookChange(() => ask(`${pathOf(id)}/test`, webhookTest));
export const useChangeWebhook = (id: string) => useWebhookChange((patch: WebhookPatch) => change('PATCH', pathOf(id), patch));
export const useRemove = (id: string) => useWebhookChange(() => change('DELETE', pathOf(id)));
export const useSendAgain = (id: string) =>
  useWebhookChange((delivery: string) => change('POST', `${pathOf(id)}/deliveries/${encodeURIComponent(delivery)}/retry`));
