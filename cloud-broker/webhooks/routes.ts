import type { WithWebhooks } from './deliverer.ts';
import {
  deliveryParams,
  newWebhook,
  newWebhookBody,
  webhook,
  webhookDeliveries,
  webhookPatch,
  webhooksList,
  webhookTest,
} from '../../protocol/api-webhooks.ts';
import { RollcallError } from '../../protocol/errors.ts';
import { crockfordCode } from '../../protocol/text.ts';
import { TokenBuckets } from '../net/token-bucket.ts';
import { listDeliveries, listWebhooks, webhookOf, webhookView } from './queries.ts';
import { addressProblem } from './rules/address.ts';
import { PREVIOUS_SECRET_MS } from './rules/rules.ts';
import { newWebhookSecret } from './rules/signature.ts';
import { callerOf } from '../http/access.ts';
import { askedBy, emptyBody, idParams, nothing, refusals, type Api } from '../http/api.ts';
import type { HttpDeps } from '../http/deps.ts';

const tags = ['webhooks'];
/** Tests per domain: five at once, then one every five seconds. More would allow flooding. */
const TEST_RATE = { burst: 5, perSecond: 0.2 };
const TESTED_DOMAINS = 10_000;

/** The URL as stored and used for sending. Refuses with `webhook-address`. */
function checkedUrl(text: string, deps: HttpDeps & WithWebhooks): string {
  const problem = addressProblem(text, deps.webhooks.policy);
  if (problem !== null) throw new RollcallError('webhook-address', { reason: problem });
  return new URL(text).href;
}

async function shown({ store, clock }: HttpDeps & WithWebhooks, domainId: number, id: string) {
  const view = await webhookView(store.reader, domainId, id, clock());
  if (view === null) throw new RollcallError('not-found');
  return view;
}

async function found({ store }: HttpDeps & WithWebhooks, domainId: number, id: string) {
  const row = await webhookOf(store.reader, domainId, id);
  if (row === null) throw new RollcallError('not-found');
  return row;
}

/** Webhooks cover the whole domain, so they are for its admins; API keys cannot create any. */
export function webhookRoutes(api: Api, deps: HttpDeps & WithWebhooks): void {
  makingRoutes(api, deps);
  changingRoutes(api, deps);
  useRoutes(api, deps);
  deliveryRoutes(api, deps);
}

function makingRoutes(api: Api, deps: HttpDeps & WithWebhooks): void {
  const { store, secrets, random, webhooks, clock } = deps;

  api.get(
    '/webhooks',
    {
      config: { access: 'admin' },
      schema: { tags, summary: 'List webhooks; a domain has at most five', response: { 200: webhooksList, ...refusals } },
    },
    async (request) => ({ items: await listWebhooks(store.reader, callerOf(request).domainId, clock()) }),
  );

  api.post(
    '/webhooks',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Create a webhook; its secret is shown only in this response',
        body: newWebhookBody,
        response: { 201: newWebhook, ...refusals },
      },
    },
    async (request, reply) => {
      const { types, description } = request.body;
      const url = checkedUrl(request.body.url, deps);
      const id = `wh-${crockfordCode(random(16), 16).toLowerCase()}`;
      const secret = newWebhookSecret(random);
      const sealed = secrets.seal('webhook', id, secret);
      const about = { id, url, types: [...new Set(types)], description, secret: sealed };
      await store.write('createWebhook', { ...askedBy(request, deps), ...about });
      await webhooks.changed(id);
      return reply.code(201).send({ webhook: await shown(deps, callerOf(request).domainId, id), secret });
    },
  );
}

function changingRoutes(api: Api, deps: HttpDeps & WithWebhooks): void {
  const { store, webhooks } = deps;

  api.patch(
    '/webhooks/:id',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Update a webhook; one switched on receives only events from then on',
        params: idParams,
        body: webhookPatch,
        response: { 200: webhook, ...refusals },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { url, types, description, enabled } = request.body;
      await store.write('changeWebhook', {
        ...askedBy(request, deps),
        id,
        ...(url === undefined ? {} : { url: checkedUrl(url, deps) }),
        ...(types === undefined ? {} : { types: [...new Set(types)] }),
        ...(description === undefined ? {} : { description }),
        ...(enabled === undefined ? {} : { enabled }),
      });
      await webhooks.changed(id);
      return shown(deps, callerOf(request).domainId, id);
    },
  );

  api.delete(
    '/webhooks/:id',
    {
      config: { access: 'admin' },
      schema: { tags, summary: 'Delete a webhook', params: idParams, body: emptyBody, response: { 204: nothing, ...refusals } },
    },
    async (request, reply) => {
      const { id } = request.params;
      await store.write('deleteWebhook', { ...askedBy(request, deps), id });
      await webhooks.changed(id);
      return reply.code(204).send();
    },
  );
}

/** Secret rotation and tests. */
function useRoutes(api: Api, deps: HttpDeps & WithWebhooks): void {
  const { store, secrets, random, webhooks, clock } = deps;
  const tests = new TokenBuckets(TEST_RATE, TESTED_DOMAINS);

  api.post(
    '/webhooks/:id/secret',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Create a new secret; the old one stays in use beside it for 24 hours',
        params: idParams,
        body: emptyBody,
        response: { 200: newWebhook, ...refusals },
      },
    },
    async (request) => {
      const { id } = request.params;
      const asked = askedBy(request, deps);
      const secret = newWebhookSecret(random);
      const sealed = secrets.seal('webhook', id, secret);
      await store.write('rotateWebhookSecret', { ...asked, id, secret: sealed, previousUntil: asked.now + PREVIOUS_SECRET_MS });
      return { webhook: await shown(deps, asked.domainId, id), secret };
    },
  );

  api.post(
    '/webhooks/:id/test',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Send a ping and return its outcome',
        params: idParams,
        body: emptyBody,
        response: { 200: webhookTest, ...refusals },
      },
    },
    async (request) => {
      const { domainId } = callerOf(request);
      const webhookRow = await found(deps, domainId, request.params.id);
      if (!tests.spend(String(domainId), clock())) throw new RollcallError('busy', { retryAfterS: 5 });
      const id = `ping_${crockfordCode(random(16), 16).toLowerCase()}`;
      const result = await webhooks.ping(webhookRow, id);
      return { ...result, delivered: result.failure === null };
    },
  );
}

/** Lists deliveries and repeats them. */
function deliveryRoutes(api: Api, deps: HttpDeps & WithWebhooks): void {
  const { store, webhooks } = deps;

  api.get(
    '/webhooks/:id/deliveries',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'List the newest fifty events sent to a webhook',
        params: idParams,
        response: { 200: webhookDeliveries, ...refusals },
      },
    },
    async (request) => ({
      items: await listDeliveries(store.reader, await found(deps, callerOf(request).domainId, request.params.id)),
    }),
  );

  api.post(
    '/webhooks/:id/deliveries/:deliveryId/retry',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Resend an event of the last 7 days with the same id',
        params: deliveryParams,
        body: emptyBody,
        response: { 202: nothing, ...refusals },
      },
    },
    async (request, reply) => {
      const { id, deliveryId } = request.params;
      await store.write('retryDelivery', { ...askedBy(request, deps), id, eventId: Number(deliveryId) });
      await webhooks.changed(id);
      return reply.code(202).send();
    },
  );
}
