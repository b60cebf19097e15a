import type { Webhook, WebhookDelivery, WebhookFailure, WebhookType } from '../../../protocol/api-webhooks.ts';
import { deviceSigns, domainSigns } from '../parts/shapes.tsx';
import type { Sign } from '../parts/shapes.tsx';
import type { WordKey, Words } from '../words/words.ts';

export const typeWords: Record<WebhookType, { name: WordKey; hint: WordKey }> = {
  device: { name: 'webhooks.device', hint: 'webhooks.deviceHint' },
  enrolment: { name: 'webhooks.enrolment', hint: 'webhooks.enrolmentHint' },
  billing: { name: 'webhooks.billing', hint: 'webhooks.billingHint' },
  alert: { name: 'webhooks.alert', hint: 'webhooks.alertHint' },
};

const failureWords: Record<WebhookFailure, WordKey> = {
  status: 'webhooks.failStatus',
  redirect: 'webhooks.failRedirect',
  timeout: 'webhooks.failTimeout',
  unresolved: 'webhooks.failUnresolved',
  address: 'webhooks.failAddress',
  tls: 'webhooks.failTls',
  unreachable: 'webhooks.failUnreachable',
};

export const failureName = (t: Words['t'], { failure, status }: Pick<WebhookDelivery, 'failure' | 'status'>): string =>
  failure === null ? '' : t(failureWords[failure], { status: String(status ?? '') });

const good: Sign = { ...domainSigns.active, word: 'webhooks.working' };
const failing: Sign = { ...deviceSigns.late, word: 'webhooks.failing' };
const off: Sign = { ...domainSigns.disabled, colour: 'off', word: 'webhooks.off' };

/** How well a webhook works. */
export function webhookSign({ enabled, failingSince }: Pick<Webhook, 'enabled' | 'failingSince'>): Sign {
  if (!enabled) return off;
  return failingSince === null ? good : failing;
}

export const deliverySigns: Record<WebhookDelivery['state'], Sign> = {
  delivered: { ...domainSigns.active, word: 'webhooks.delivered' },
  waiting: { ...deviceSigns.late, word: 'webhooks.waiting' },
  again: { ...deviceSigns.late, word: 'webhooks.again' },
  failed: { ...domainSigns.closed, colour: 'bad', word: 'webhooks.givenUp' },
};
