/** Maps rows of the store to API objects (protocol/api.ts). Pure. */
import type { Billing, Device } from '../../protocol/api.ts';
import { checkCode } from '../../protocol/signing.ts';
import type { Principal } from '../http/access.ts';
import { isoTime, nullableIsoTime } from '../store/paging.ts';
import type { DeviceView, Viewer } from './queries/devices.ts';
import type { Moment } from './queries/found-devices.ts';
import type { DomainRow } from '../domains/rows.ts';
import { statusOf } from '../domains/rows.ts';
import type { HttpDeps, LiveState } from '../http/deps.ts';

const DAY_MS = 86_400_000;

/** `live`: the current presence state; null if unknown. */
export function presentDevice(view: DeviceView, live: LiveState | null): Device {
  return {
    id: view.id,
    serial: view.serial,
    serialSource: view.serialSource,
    model: view.model,
    manufacturer: view.manufacturer,
    label: view.label,
    tags: tagsOf(view),
    status: view.status,
    statusSince: isoTime(view.statusSince),
    connected: live?.connected ?? false,
    flapping: live?.flapping ?? false,
    alerted: view.alerted === 1,
    lastHeartbeatAt: nullableIsoTime(live?.lastHeartbeatAt ?? null),
    enrolledAt: nullableIsoTime(view.enrolledAt),
    ...(view.state === 'unenrolled' && view.unenrolledAt !== null ? { unenrolledAt: isoTime(view.unenrolledAt) } : {}),
    firmware: view.firmware,
    os: view.os,
    arch: view.arch,
    agentVersion: view.agentVersion,
    health: live?.health ?? null,
    credits: view.grantReason === null ? null : { granted: view.granted, reason: view.grantReason },
    pending: presentPending(view),
  };
}

export function tagsOf(view: Pick<DeviceView, 'tags'>): string[] {
  return JSON.parse(view.tags) as string[];
}

function presentPending(view: DeviceView): Device['pending'] {
  if (view.pendingCode === null) return null;
  return {
    code: view.pendingCode,
    checkCode: checkCode(view.keyFingerprint),
    firstAskedAt: isoTime(view.firstAskedAt ?? view.statusSince),
    lastAskedAt: isoTime(view.lastAskedAt ?? view.statusSince),
    address: view.address ?? '',
    competesWith: view.competesWith,
  };
}

/**
 * L8. `usedPerDay` is the daily use of the currently enrolled devices on a charged day, one credit each; it is also given during the trial, although
 * nothing is charged yet. `daysLeft` is the number of charged days that the balance lasts at that rate, rounded up. `endsOn` (UTC) is the last of
 * them, counted from the first day that is not closed; during the trial, that is the first day that will be charged (L6). Without credits, it is the
 * last free day, or today. Both are null when nothing is used.
 */
export function presentBilling(domain: DomainRow, figures: { devices: number; held: number }, now: number): Billing {
  const { devices, held } = figures;
  const daysLeft = devices === 0 ? null : Math.ceil(domain.balance / devices);
  const today = Math.floor(now / DAY_MS);
  return {
    status: statusOf(domain, now),
    createdAt: isoTime(domain.createdAt),
    trialEndsAt: nullableIsoTime(domain.trialEndsAt),
    devices,
    balance: domain.balance,
    held,
    usedPerDay: devices,
    daysLeft,
    endsOn: daysLeft === null ? null : dateOf(Math.max(today, (domain.nextUsageDay ?? today) + daysLeft - 1)),
  };
}

/** Last day that ISO 8601 can represent with a four-digit year. */
const LAST_DAY = Date.UTC(9999, 11, 31) / DAY_MS;

function dateOf(day: number): string {
  return isoTime(Math.min(day, LAST_DAY) * DAY_MS).slice(0, 10);
}

export function viewerOf(principal: Principal): Viewer {
  return { domainId: principal.domainId, tags: principal.tags };
}

export function momentOf({ clock, presence }: Pick<HttpDeps, 'clock' | 'presence'>): Moment {
  return { now: clock(), unstable: () => presence.unstable() };
}
