import { billing as billingSchema, forecast, forecastQuery, redeemBody, redeemed } from '../../../protocol/api.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { Redemption } from '../../product-keys/product-keys.ts';
import { domainById } from '../../domains/rows.ts';
import { billingFigures, transferView } from '../queries/billing.ts';
import { presentHistoryRow } from '../queries/history-row.ts';
import { callerOf } from '../../http/access.ts';
import { askedBy, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { presentBilling } from '../../devices/present.ts';
import { historyRoutes } from './history.ts';
import { heldRoutes } from './held-credits.ts';

/** L8. */
export function billingRoutes(api: Api, deps: HttpDeps): void {
  const tags = ['billing'];
  const { reader } = deps.store;

  api.get(
    '/billing',
    {
      config: { access: 'billing', scope: 'billing' },
      schema: { tags, summary: 'Get status, credits and how long they will last', response: { 200: billingSchema, ...refusals } },
    },
    async (request) => {
      const { domainId } = callerOf(request);
      const domain = await domainById(reader, domainId);
      if (domain === null) throw new RollcallError('not-found');
      return presentBilling(domain, await billingFigures(reader, domainId), deps.clock());
    },
  );

  api.get(
    '/billing/forecast',
    {
      config: { access: 'billing', scope: 'billing' },
      schema: {
        tags,
        summary: 'Estimate how long the credits would last with more devices',
        querystring: forecastQuery,
        response: { 200: forecast, ...refusals },
      },
    },
    async (request) => {
      const { domainId } = callerOf(request);
      const domain = await domainById(reader, domainId);
      if (domain === null) throw new RollcallError('not-found');
      const { devices, held } = await billingFigures(reader, domainId);
      return presentBilling(domain, { devices: devices + request.query.more, held }, deps.clock());
    },
  );

  const redemption = new Redemption(deps.store, deps.secrets);
  api.post(
    '/billing/redeem',
    {
      config: { access: 'billing', whenDisabled: 'allowed' },
      schema: { tags, summary: 'Redeem a product key', body: redeemBody, response: { 200: redeemed, ...refusals } },
    },
    async (request) => {
      const { transferId, credits } = await redemption.redeem(askedBy(request, deps), request.body.pin);
      const view = await transferView(reader, callerOf(request).domainId, transferId);
      if (view === null) throw new RollcallError('internal', { reason: 'the booked transfer is gone' });
      return { credits, balance: view.balanceAfter, row: presentHistoryRow(view) };
    },
  );
  historyRoutes(api, deps);
  heldRoutes(api, deps);
}
