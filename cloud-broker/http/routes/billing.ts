import { billing as billingSchema, historyPage, historyQuery } from '../../../protocol/api.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { domainById } from '../../store/domain-rows.ts';
import { billingFigures, listHistory } from '../../store/queries/billing.ts';
import { presentHistoryRow } from '../../store/queries/history-row.ts';
import { callerOf } from '../access.ts';
import { refusals, type Api } from '../api.ts';
import type { HttpDeps } from '../deps.ts';
import { presentBilling } from '../present.ts';

/** L8. */
export function billingRoutes(api: Api, deps: HttpDeps): void {
  const tags = ['billing'];
  const { reader } = deps.store;

  api.get(
    '/billing',
    {
      config: { access: 'billing' },
      schema: { tags, summary: 'Status, credits and how long they last', response: { 200: billingSchema, ...refusals } },
    },
    async (request) => {
      const { domainId } = callerOf(request);
      const domain = domainById(reader, domainId);
      if (domain === null) throw new RollcallError('not-found');
      return presentBilling(domain, billingFigures(reader, domainId), deps.clock());
    },
  );

  api.get(
    '/billing/history',
    {
      config: { access: 'billing' },
      schema: {
        tags,
        summary: 'Every movement of credits, newest first',
        querystring: historyQuery,
        response: { 200: historyPage, ...refusals },
      },
    },
    async (request) => {
      const page = listHistory(reader, callerOf(request).domainId, request.query);
      return { ...page, items: page.items.map(presentHistoryRow) };
    },
  );
}
