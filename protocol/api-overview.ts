import * as z from 'zod';

/** Data for the charts of Overview and Billing. */

const time = z.iso.datetime();
const devices = z.int().min(0);

/** GET /overview/presence: for the whole domain. */
export const overTimeQuery = z.object({ days: z.coerce.number().int().min(1).max(90).default(7) });
export const overTime = z.object({
  from: time,
  to: time,
  /** Each sample holds until the next; taken hourly. The first may predate `from`. */
  samples: z.array(z.object({ at: time, online: devices, late: devices, offline: devices, never: devices })),
  /** When the service was down and nothing was observed. */
  away: z.array(z.object({ from: time, to: time })),
});

/** GET /billing/balance: the credits at the end of each recent day (UTC), the last one as of now. */
export const balanceQuery = z.object({ days: z.coerce.number().int().min(2).max(366).default(90) });
export const balanceOverTime = z.object({ points: z.array(z.object({ at: time, balance: z.int() })) });

const kind = z.object({ value: z.string().nullable(), devices, online: devices });
const kindList = z.object({ items: z.array(kind), others: z.object({ kinds: z.int().min(0), devices }) });
/**
 * GET /overview/kinds: the most frequent models and firmwares, each with the `total` of the device list it opens, how many of them are online, and
 * the rest. A `value` of null: the devices did not report one. `tags` is empty for a user restricted to certain tags.
 */
export const kinds = z.object({ models: kindList, firmwares: kindList, tags: kindList });
export const kindsQuery = z.object({ most: z.coerce.number().int().min(1).max(200).default(12) });

/**
 * GET /overview/attention: what needs attention, each with the `total` of the device list it opens: `unstable=true`, `silent=before-7d`, and
 * `tag=…&status=offline` for groups that are dark while most of the domain is online.
 */
export const attention = z.object({
  unstable: devices,
  silent: devices,
  dark: z.array(z.object({ tag: z.string(), offline: devices })),
});
/** P2: longer silence is more than a long weekend. */
export const LONG_SILENT = 'before-7d';

export type KindList = z.output<typeof kindList>;
export type Groups = z.output<typeof attention>;
export type OverTime = z.output<typeof overTime>;
