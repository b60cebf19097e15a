/** What a device reported about its health in the last day. */
import { deviceHealth } from '../../../protocol/api-health.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { HealthHours } from '../rules/health-hours.ts';
import { isoTime } from '../../store/paging.ts';
import { deviceView } from '../../devices/queries/devices.ts';
import { callerOf } from '../../http/access.ts';
import { idParams, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { viewerOf } from '../../devices/present.ts';

export function healthRoutes(api: Api, { store, presence, clock }: HttpDeps): void {
  const hours = new HealthHours(clock(), (deviceId) => presence.of(deviceId) !== null);
  presence.onHeartbeats((deviceIds) => {
    for (const id of deviceIds) {
      const live = presence.of(id);
      // Births and wills are reported too, with the previous heartbeat.
      if (live?.health != null && live.lastHeartbeatAt !== null) hours.note(id, live.lastHeartbeatAt, live.health);
    }
  });

  api.get(
    '/devices/:id/health',
    {
      config: { scope: 'devices:read' },
      schema: {
        tags: ['devices'],
        summary: 'Get the health reported by a device, hour by hour for the last day',
        params: idParams,
        response: { 200: deviceHealth, ...refusals },
      },
    },
    async (request) => {
      const { id } = request.params;
      if ((await deviceView(store.reader, viewerOf(callerOf(request)), id)) === null) throw new RollcallError('not-found');
      const now = clock();
      return {
        since: isoTime(hours.since),
        to: isoTime(now),
        hours: hours.of(id, now).map((hour) => ({ ...hour, at: isoTime(hour.at) })),
      };
    },
  );
}
