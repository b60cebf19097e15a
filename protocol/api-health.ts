import * as z from 'zod';

/** Hourly health figures reported by a device. */

const time = z.iso.datetime();
const mean = z.int().nullable();

/** GET /devices/:id/health: kept in memory only, so it starts anew with the service. */
export const deviceHealth = z.object({
  /** Since when the service has been recording; earlier hours are unknown. */
  since: time,
  to: time,
  /** The last 24 hours started, oldest first, the last one still running. Means of the reported values; null if none was reported. */
  hours: z.array(
    z.object({
      at: time,
      /** Sampled about once a second: several heartbeats within one second count as one. */
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
