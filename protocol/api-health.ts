import * as z from 'zod';

/** What a device reported of its health by the hour. */

const time = z.iso.datetime();
const mean = z.int().nullable();

/** GET /devices/:id/health: kept in the service's memory, so it begins anew with it. */
export const deviceHealth = z.object({
  /** Since when the service has listened; of hours before that nothing is known. */
  since: time,
  to: time,
  /** The last 24 that began, the oldest first, the last not over yet. Means of what was reported; null where nothing was. */
  hours: z.array(
    z.object({
      at: time,
      /** Looked at about once a second: of several in one second, one counts. */
      heartbeats: z.int().min(0),
      cpuPercent: mean,
      memoryPercent: mean,
      diskPercent: mean,
      temperatureC: mean,
    }),
  ),
});

export type DeviceHealth = z.output<typeof deviceHealth>;
export type HealthHour = DeviceHealth['hours'][number];
