import * as z from 'zod';
import { parseAge } from './age.ts';
import { apiError, domainStatuses } from './api-common.ts';
import { deviceText, domainName } from './text.ts';

/** HTTP schemas of /api/v1 (protocol.md §4): the server validates with them, and the console derives its types from them. */

export { apiError, domainStatuses };

const time = z.iso.datetime();
const nullableTime = time.nullable();

export const deviceStatuses = ['never', 'online', 'late', 'offline', 'pending'] as const;
export const roles = ['domain-admin', 'admin', 'user'] as const;

/** `code`: second-factor code, if enabled. */
export const signInBody = z.object({
  user: z.string().min(1).max(320),
  password: z.string().min(1).max(256),
  code: z.string().max(64).optional(),
});

export const session = z.object({
  user: z.string(),
  email: z.string(),
  role: z.enum(roles),
  secondFactor: z.boolean(),
  domain: z.object({
    name: domainName,
    /** Names of up to three admins of the whole domain, who may change what this user may not. */
    admins: z.array(z.string()),
    organization: z.string(),
    status: z.enum(domainStatuses),
    trialEndsAt: nullableTime,
    /** D8: when a requested closing takes effect. */
    closingAt: nullableTime,
  }),
});

const pendingState = z.object({
  code: z.enum(['awaiting-approval', 'key-changed']),
  checkCode: z.string(),
  firstAskedAt: time,
  lastAskedAt: time,
  address: z.string(),
  competesWith: z.string().nullable(),
});

export const device = z.object({
  id: z.string(),
  serial: z.string(),
  serialSource: z.string(),
  model: z.string(),
  manufacturer: z.string().nullable(),
  label: z.string(),
  tags: z.array(z.string()),
  status: z.enum(deviceStatuses),
  statusSince: time,
  connected: z.boolean(),
  /** P2: more than 5 reconnects in 10 minutes. */
  flapping: z.boolean(),
  /** P7: an alert reports its loss, and it is not back. */
  alerted: z.boolean(),
  lastHeartbeatAt: nullableTime,
  enrolledAt: nullableTime,
  /** Only for a device no longer enrolled; its status is `offline`, and no list shows it (L7). */
  unenrolledAt: time.optional(),
  firmware: z.string().nullable(),
  os: z.string(),
  arch: z.string(),
  agentVersion: z.string(),
  health: z.record(z.string(), z.union([z.number(), z.string()])).nullable(),
  credits: z.object({ granted: z.int().min(0), reason: z.string() }).nullable(),
  pending: pendingState.nullable(),
});

export const cursor = z.string().max(512).optional();
export const limit = z.coerce.number().int().min(1).max(200).default(50);

export const deviceSorts = [
  'label',
  '-label',
  'enrolled',
  '-enrolled',
  'since',
  '-since',
  'model',
  '-model',
  'firmware',
  '-firmware',
] as const;
const age = z.string().refine((text) => parseAge(text) !== null, 'before-7d or within-12h');
/** Filters of a device list. */
export const deviceFilter = z.strictObject({
  status: z.enum(deviceStatuses).optional(),
  q: z.string().max(100).optional(),
  tag: z.string().max(64).optional(),
  model: z.string().max(64).optional(),
  firmware: z.string().max(64).optional(),
  /** P2: unstable devices. */
  unstable: z.literal('true').optional(),
  /** Offline or never heard, by how long. */
  silent: age.optional(),
  /** By time since enrolment. */
  enrolled: age.optional(),
});
export const devicesQuery = z.object({
  ...deviceFilter.shape,
  sort: z.enum(deviceSorts).default('label'),
  cursor,
  limit,
});
export const devicesPage = z.object({ items: z.array(device), nextCursor: z.string().nullable(), total: z.int() });

const devices = z.int().min(0);
/** GET /devices/counts: how many devices each status filter matches; `all` is the unfiltered list. */
export const deviceCounts = z.object({
  all: devices,
  never: devices,
  online: devices,
  late: devices,
  offline: devices,
  pending: devices,
  /** P4: after a service restart, until when a display shown as present may in fact be gone. */
  settlesAt: time.optional(),
});

export const devicePatch = z
  .object({ label: deviceText(64).optional(), tags: z.array(deviceText(64)).max(32).optional() })
  .refine((patch) => patch.label !== undefined || patch.tags !== undefined, 'nothing to change');

/** E7: the admin's verdict on a changed key. `cloned` is a rejection. */
export const approveBody = z.object({ as: z.enum(['replaced', 'another']).optional() });
export const rejectBody = z.object({ block: z.boolean().optional() });

export const block = z.object({
  id: z.string(),
  serial: z.string(),
  checkCode: z.string(),
  kind: z.enum(['rejected', 'blocked']),
  since: time,
  until: nullableTime,
  by: z.string(),
});
export const blocksPage = z.object({ items: z.array(block), nextCursor: z.string().nullable(), total: z.int() });

export const billing = z.object({
  status: z.enum(domainStatuses),
  createdAt: time,
  trialEndsAt: nullableTime,
  devices: z.int(),
  balance: z.int(),
  held: z.int(),
  usedPerDay: z.int(),
  daysLeft: z.int().nullable(),
  endsOn: z.iso.date().nullable(),
});

const historyKinds = ['enrolment', 'product-key', 'usage', 'adjustment', 'reversal'] as const;
const historyRow = z.object({
  id: z.string(),
  n: z.int(),
  at: time,
  kind: z.enum(historyKinds),
  credits: z.int(),
  balanceAfter: z.int(),
  device: z.string().optional(),
  serial: z.string().optional(),
  label: z.string().optional(),
  /** Id and last four symbols of a product key, never the key itself. */
  key: z.string().optional(),
  keyEndsWith: z.string().optional(),
  /** The UTC day of daily use. */
  date: z.iso.date().optional(),
  /** Reason for an adjustment or reversal. */
  reason: z.string().optional(),
  /** n of the row that a reversal reverses (L7). */
  reverses: z.int().optional(),
  actor: z.string(),
  hash: z.string(),
});
export const historyQuery = z.object({ cursor, limit });
/**
 * GET /billing/history/folded: a run of daily use between two other rows is one row; `credits` is their sum and `balanceAfter` that of the newest.
 */
const foldedRow = historyRow.extend({ run: z.object({ days: z.int(), from: z.iso.date(), to: z.iso.date() }).optional() });
export const foldedPage = z.object({ items: z.array(foldedRow), nextCursor: z.string().nullable() });
export const redeemBody = z.object({ pin: z.string().min(1).max(100) });
export const redeemed = z.object({ credits: z.int(), balance: z.int(), row: historyRow });
export const forecastQuery = z.object({ more: z.coerce.number().int().min(0).max(1_000_000).default(0) });
export const forecast = z.object({
  devices: z.int(),
  usedPerDay: z.int(),
  daysLeft: z.int().nullable(),
  endsOn: z.iso.date().nullable(),
});
export const historyPage = z.object({ items: z.array(historyRow), nextCursor: z.string().nullable(), total: z.int() });

/** GET /billing/days/:date (L7): the devices counted by a closed day of use. */
export const usedDay = z.object({
  date: z.iso.date(),
  devices: z.int(),
  charged: z.int(),
  waived: z.boolean(),
  items: z.array(z.object({ id: z.string(), serial: z.string(), label: z.string() })),
  nextCursor: z.string().nullable(),
});

/** Content of an enrolment-log event (E11), for accepted, pending and refused attempts alike. */
export const enrolmentEvent = z.object({
  at: time,
  outcome: z.enum(['accepted', 'pending', 'rejected']),
  code: z.string().nullable(),
  serial: z.string(),
  model: z.string(),
  deviceId: z.string().nullable(),
  granted: z.int().min(0),
  address: z.string(),
  correlationId: z.string(),
});

/**
 * Server-sent events of GET /events. `device` carries the device as lists show it, or its id and `removed`; `billing` carries the new history row and
 * the figures after it.
 */
export const deviceEvent = z.union([z.object({ device }), z.object({ id: z.string(), removed: z.literal(true) })]);
export const billingEvent = z.object({ row: historyRow, balance: z.int() });

/** GET /.well-known/rollcall: where devices connect, and which CA they may trust there (S3). */
export const discovery = z.object({
  service: z.literal('rollcall'),
  protocols: z.array(z.int()),
  brokerUrl: z.string(),
  ca: z.string(),
  now: time,
});

export type ApiError = z.output<typeof apiError>;
export type Session = z.output<typeof session>;
export type Device = z.output<typeof device>;
export type DeviceStatus = (typeof deviceStatuses)[number];
export type DomainStatus = (typeof domainStatuses)[number];
export type DeviceFilter = z.output<typeof deviceFilter>;
export type DevicesQuery = z.output<typeof devicesQuery>;
export type DevicesPage = z.output<typeof devicesPage>;
export type DevicePatch = z.output<typeof devicePatch>;
export type Block = z.output<typeof block>;
export type Billing = z.output<typeof billing>;
export type HistoryRow = z.output<typeof historyRow>;
export type FoldedRow = z.output<typeof foldedRow>;
export type FoldedPage = z.output<typeof foldedPage>;
export type HistoryPage = z.output<typeof historyPage>;
export type EnrolmentEvent = z.output<typeof enrolmentEvent>;
export type DeviceEvent = z.output<typeof deviceEvent>;
export type BillingEvent = z.output<typeof billingEvent>;
export type Discovery = z.output<typeof discovery>;
export type Role = (typeof roles)[number];
