import * as z from 'zod';
import { deviceText } from './text.ts';

/** Events that a webhook can receive, named as in GET /events. */
export const webhookTypes = ['device', 'enrolment', 'billing', 'alert'] as const;
export type WebhookType = (typeof webhookTypes)[number];

/** Webhooks per domain. */
export const MAX_WEBHOOKS = 5;
/** Newest deliveries of a webhook that the API shows. */
export const SHOWN_DELIVERIES = 50;

const time = z.iso.datetime();
const types = z.array(z.enum(webhookTypes)).min(1).max(webhookTypes.length);
const url = z.string().min(1).max(2048);
const description = z.union([z.literal(''), deviceText(100)]).transform((text) => text.trim());

/** Why an attempt failed; `address`: the name resolves to an address that webhooks are not sent to. */
const webhookFailures = ['status', 'redirect', 'timeout', 'unresolved', 'address', 'tls', 'unreachable'] as const;
export type WebhookFailure = (typeof webhookFailures)[number];

/** A webhook without its secret. `off`: why the service disabled it (`gone`: it answered 410; `failing`: for 5 days). */
export const webhook = z.object({
  id: z.string(),
  url: z.string(),
  types: z.array(z.enum(webhookTypes)),
  description: z.string(),
  enabled: z.boolean(),
  off: z.enum(['gone', 'failing']).nullable(),
  createdAt: time,
  createdBy: z.string(),
  /** Since when every attempt has failed; null if the last one succeeded. */
  failingSince: time.nullable(),
  /** Until when the secret from before the last rotation also signs. */
  previousSecretUntil: time.nullable(),
});
export const webhooksList = z.object({ items: z.array(webhook) });

export const newWebhookBody = z.strictObject({ url, types, description: description.default('') });
export const webhookPatch = z
  .strictObject({ url, types, description, enabled: z.boolean() })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change');
/** `secret` is shown only this once. */
export const newWebhook = z.object({ webhook, secret: z.string() });

/** Result of a test. `ms`: response time. */
export const webhookTest = z.object({
  delivered: z.boolean(),
  status: z.int().nullable(),
  failure: z.enum(webhookFailures).nullable(),
  ms: z.int(),
});

/** `waiting`: retried at `nextTryAt`; `again`: an admin requested one more attempt. */
const delivery = z.object({
  id: z.string(),
  type: z.enum(webhookTypes),
  at: time,
  state: z.enum(['waiting', 'again', 'delivered', 'failed']),
  tries: z.int(),
  lastTryAt: time,
  nextTryAt: time.nullable(),
  status: z.int().nullable(),
  failure: z.enum(webhookFailures).nullable(),
});
export const webhookDeliveries = z.object({ items: z.array(delivery) });
export const deliveryParams = z.object({ id: z.string().max(64), deliveryId: z.string().regex(/^\d{1,15}$/) });

export type Webhook = z.output<typeof webhook>;
export type NewWebhook = z.output<typeof newWebhook>;
export type WebhookPatch = z.input<typeof webhookPatch>;
export type WebhookDelivery = z.output<typeof delivery>;
