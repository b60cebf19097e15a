/** What the charts of Overview and Billing are drawn from. */
import { balanceOverTime, balanceQuery, kinds, overTime, overTimeQuery } from '../../../protocol/api-overview.ts';
import { awayOf } from '../../presence/spans.ts';
import { isoTime } from '../../store/queries/cursor.ts';
import { serviceRuns } from '../../store/queries/presence-history.ts';
import { balancesAt, presenceSamples } from '../../store/queries/samples.ts';
import type { DeviceSearch } from '../../store/queries/search.ts';
import { callerOf } from '../access.ts';
import { refusals, type Api } from '../api.ts';
import type { HttpDeps } from '../deps.ts';
import { viewerOf } from '../present.ts';

const DAY_MS = 86_400_000;
/** Models, and firmwares, that are told one by one. */
const MOST_KINDS = 12;

export function overviewRoutes(api: Api, { store, clock }: HttpDeps, search: DeviceSearch): void {
  api.get(
    '/overview/kinds',
    {
      config: { scope: 'devices:read' },
      schema: {
        tags: ['devices'],
        summary: 'How many devices there are of each model and firmware, and online',
        response: { 200: kinds, ...refusals },
      },
    },
    async (request) => {
      const { domainId, tags } = viewerOf(callerOf(request));
      const tally = await search.tally(domainId, tags);
      return { models: tally.most('model', MOST_KINDS), firmwares: tally.most('firmware', MOST_KINDS) };
    },
  );

  api.get(
    '/overview/presence',
    {
      config: { scope: 'devices:read', withTags: 'refused' },
      schema: {
        tags: ['devices'],
        summary: 'How many devices were what, in the last days',
        querystring: overTimeQuery,
        response: { 200: overTime, ...refusals },
      },
    },
    async (request) => {
      const to = clock();
      const from = to - request.query.days * DAY_MS;
      const samples = presenceSamples(store.reader, callerOf(request).domainId, from);
      const away = awayOf(serviceRuns(store.reader)).filter((period) => period.to > from);
      return {
        from: isoTime(from),
        to: isoTime(to),
        samples: samples.map((sample) => ({ ...sample, at: isoTime(sample.at) })),
        away: away.map((period) => ({ from: isoTime(Math.max(from, period.from)), to: isoTime(period.to) })),
      };
    },
  );

  api.get(
    '/billing/balance',
    {
      config: { access: 'billing', scope: 'billing' },
      schema: {
        tags: ['billing'],
        summary: 'The credits at the end of each of the last days',
        querystring: balanceQuery,
        response: { 200: balanceOverTime, ...refusals },
      },
    },
    async (request) => {
      const now = clock();
      const today = Math.floor(now / DAY_MS);
      const ends = Array.from({ length: request.query.days - 1 }, (_, n) => (today - request.query.days + 2 + n) * DAY_MS);
      const times = [...ends, now];
      const balances = balancesAt(store.reader, callerOf(request).domainId, times);
      return { points: times.map((at, index) => ({ at: isoTime(at), balance: balances[index] ?? 0 })) };
    },
  );
}
