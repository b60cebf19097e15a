/** Data for the charts of Overview and Billing. */
import {
  attention,
  balanceOverTime,
  balanceQuery,
  kinds,
  kindsQuery,
  LONG_SILENT,
  overTime,
  overTimeQuery,
} from '../../protocol/api-overview.ts';
import type { DeviceFilter } from '../../protocol/api.ts';
import { awayOf } from '../presence/rules/spans.ts';
import { isoTime } from '../store/paging.ts';
import { pageOfDevices } from '../devices/queries/found-devices.ts';
import { serviceRuns } from '../presence/queries/history.ts';
import { balancesAt, presenceSamples } from '../presence/queries/samples.ts';
import type { DeviceSearch } from '../devices/queries/search.ts';
import { darkTags, tagKinds } from '../devices/queries/tag-counts.ts';
import { callerOf } from '../http/access.ts';
import { refusals, type Api } from '../http/api.ts';
import type { HttpDeps } from '../http/deps.ts';
import { momentOf, viewerOf } from '../devices/present.ts';

const DAY_MS = 86_400_000;
const MAX_DARK = 5;

export function overviewRoutes(api: Api, deps: HttpDeps, search: DeviceSearch): void {
  const { store } = deps;
  api.get(
    '/overview/kinds',
    {
      config: { scope: 'devices:read' },
      schema: {
        tags: ['devices'],
        summary: 'Count devices, and those online, by model, firmware and tag',
        querystring: kindsQuery,
        response: { 200: kinds, ...refusals },
      },
    },
    async (request) => {
      const { domainId, tags } = viewerOf(callerOf(request));
      const { most } = request.query;
      const tally = await search.tally(domainId, tags);
      return {
        models: tally.most('model', most),
        firmwares: tally.most('firmware', most),
        tags: tags.length === 0 ? await tagKinds(store.reader, domainId, most) : { items: [], others: { kinds: 0, devices: 0 } },
      };
    },
  );

  api.get(
    '/overview/attention',
    {
      config: { scope: 'devices:read' },
      schema: {
        tags: ['devices'],
        summary: 'Count flapping and long-silent devices, and find tags that are all offline',
        response: { 200: attention, ...refusals },
      },
    },
    async (request) => {
      const viewer = viewerOf(callerOf(request));
      const total = async (filter: DeviceFilter): Promise<number> =>
        (await pageOfDevices(store.reader, search, viewer, { ...filter, sort: 'label', limit: 1 }, momentOf(deps))).total;
      return {
        unstable: await total({ unstable: 'true' }),
        silent: await total({ silent: LONG_SILENT }),
        dark: viewer.tags.length === 0 ? await darkTags(store.reader, viewer.domainId, MAX_DARK) : [],
      };
    },
  );
}

/** History by day or by hour. */
export function overTimeRoutes(api: Api, { store, clock }: HttpDeps): void {
  api.get(
    '/overview/presence',
    {
      config: { scope: 'devices:read', withTags: 'refused' },
      schema: {
        tags: ['devices'],
        summary: 'Get device counts by status over the last days',
        querystring: overTimeQuery,
        response: { 200: overTime, ...refusals },
      },
    },
    async (request) => {
      const to = clock();
      const from = to - request.query.days * DAY_MS;
      const samples = await presenceSamples(store.reader, callerOf(request).domainId, from);
      const away = awayOf(await serviceRuns(store.reader)).filter((period) => period.to > from);
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
        summary: 'Get the credits at the end of each of the last days',
        querystring: balanceQuery,
        response: { 200: balanceOverTime, ...refusals },
      },
    },
    async (request) => {
      const now = clock();
      const today = Math.floor(now / DAY_MS);
      const ends = Array.from({ length: request.query.days - 1 }, (_, n) => (today - request.query.days + 2 + n) * DAY_MS);
      const times = [...ends, now];
      const balances = await balancesAt(store.reader, callerOf(request).domainId, times);
      return { points: times.map((at, index) => ({ at: isoTime(at), balance: balances[index] ?? 0 })) };
    },
  );
}
