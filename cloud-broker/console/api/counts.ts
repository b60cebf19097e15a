import * as z from 'zod';

const count = z.int().min(0);

/** GET /devices/counts: how many devices each status filter opens; `all` is the list without a filter. */
export const deviceCounts = z.object({ all: count, never: count, online: count, late: count, offline: count, pending: count });

export type DeviceCounts = z.output<typeof deviceCounts>;
