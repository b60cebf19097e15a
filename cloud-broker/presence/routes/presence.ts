/** A device's past presence (P5). */
import { devicePresence, presenceQuery, type DevicePresence } from '../../../protocol/api-presence.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { daysOf, spansOf, totalsOf, uptimePercent, type History, type Totals } from '../rules/spans.ts';
import { isoTime } from '../../store/paging.ts';
import { deviceOrFormer } from '../../devices/queries/devices.ts';
import { presenceHistory, wentWith } from '../queries/history.ts';
import { callerOf } from '../../http/access.ts';
import { idParams, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { viewerOf } from '../../devices/present.ts';

const DAY_MS = 86_400_000;
const MAX_SPANS = 200;

function inSeconds(totals: Totals): Totals {
  const second = (ms: number): number => Math.round(ms / 1000);
  const { online, late, said, lost, never, unknown, running } = totals;
  return {
    online: second(online),
    late: second(late),
    said: second(said),
    lost: second(lost),
    never: second(never),
    unknown: second(unknown),
    running: second(running),
  };
}

function present(history: History, timeZone: string): Omit<DevicePresence, 'wentWith'> {
  const spans = spansOf(history);
  const percent = uptimePercent(totalsOf(spans));
  return {
    from: isoTime(spans[0]?.from ?? history.from),
    to: isoTime(history.to),
    uptimePercent: percent === null ? null : Math.round(percent * 100) / 100,
    days: daysOf(spans, timeZone).map(({ date, totals }) => ({ date, ...inSeconds(totals) })),
    spans: spans
      .slice(-MAX_SPANS)
      .toReversed()
      .map((span) => ({ ...span, from: isoTime(span.from), to: isoTime(span.to) })),
  };
}

export function presenceRoutes(api: Api, { store, clock }: HttpDeps): void {
  api.get(
    '/devices/:id/presence',
    {
      config: { scope: 'devices:read' },
      schema: {
        tags: ['devices'],
        summary: 'Get the presence of a device over the last days: spans, days and uptime',
        params: idParams,
        querystring: presenceQuery,
        response: { 200: devicePresence, ...refusals },
      },
    },
    async (request) => {
      const { id } = request.params;
      const viewer = viewerOf(callerOf(request));
      const view = await deviceOrFormer(store.reader, viewer, id);
      if (view === null) throw new RollcallError('not-found');
      const to = clock();
      const { days, timeZone } = request.query;
      const history = await presenceHistory(store.reader, id, { from: to - days * DAY_MS, to });
      return { ...present(history, timeZone), wentWith: await wentWith(store.reader, viewer, view) };
    },
  );
}
