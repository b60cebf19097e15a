import type { WithPortal } from '../portal.ts';
import {
  claimBody,
  claimPreview,
  claimPreviewBody,
  portalBoardsPage,
  portalPageQuery,
  portalSubscription,
  portalSubscriptionsPage,
} from '../../../protocol/api-portal.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { listBoards, listSubscriptions, subscriptionView } from '../queries.ts';
import { idParams, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { askedInPortal, personOf } from '../gate.ts';

const tags = ['portal: subscriptions'];

/** K3, K4: turns a claim code into a subscription with the invoice's product key. */
export function claimRoutes(api: Api, deps: HttpDeps & WithPortal): void {
  const { claims } = deps.portal;
  api.post(
    '/claims/preview',
    {
      schema: {
        tags,
        summary: 'Show what a claim code is for, without claiming it',
        body: claimPreviewBody,
        response: { 200: claimPreview, ...refusals },
      },
    },
    async (request) => claims.preview({ userId: personOf(request).userId, address: request.ip }, request.body.code),
  );

  api.post(
    '/claims',
    {
      schema: {
        tags,
        summary: 'Claim a code as an admin of the organization; 200 if already claimed by it',
        body: claimBody,
        response: { 200: portalSubscription, 201: portalSubscription, ...refusals },
      },
    },
    async (request, reply) => {
      const { code, organizationId } = request.body;
      const { subscription, created } = await claims.claim(askedInPortal(request, deps), code, organizationId);
      return reply.code(created ? 201 : 200).send(subscription);
    },
  );
}

export function subscriptionRoutes(api: Api, { store, portal: { claims } }: HttpDeps & WithPortal): void {
  api.get(
    '/subscriptions',
    {
      schema: {
        tags,
        summary: 'List your organizations’ subscriptions and product keys, newest first',
        querystring: portalPageQuery,
        response: { 200: portalSubscriptionsPage, ...refusals },
      },
    },
    async (request) => {
      const page = await listSubscriptions(store.reader, personOf(request).userId, request.query);
      return { ...page, items: await Promise.all(page.items.map(async (row) => claims.present(row))) };
    },
  );

  api.get(
    '/subscriptions/:id/boards',
    {
      schema: {
        tags,
        summary: 'List the boards of a subscription',
        params: idParams,
        querystring: portalPageQuery,
        response: { 200: portalBoardsPage, ...refusals },
      },
    },
    async (request) => {
      const { id } = request.params;
      const view = await subscriptionView(store.reader, personOf(request).userId, id);
      if (view === null) throw new RollcallError('not-found');
      const page = await listBoards(store.reader, view, request.query);
      return { ...page, items: page.items.map(({ serial, model }) => ({ serial, model })) };
    },
  );
}
