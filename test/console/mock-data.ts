import type { Block, Device, DeviceStatus, HistoryRow } from '../../protocol/api.ts';

/** What the mock service holds: made from a number alone, so that every run shows the same. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const iso = (timeMs: number): string => new Date(timeMs).toISOString();

const models = ['SBID-7086R', 'SBID-MX275', 'SBID-GX165', 'SBID-6275S'];
const sites = ['north', 'south', 'library', 'gym'];

/** Of 50 devices: 44 online, 1 late, 4 offline, 1 never heard. */
function statusAt(index: number): DeviceStatus {
  const step = index % 50;
  if (step === 7) return 'late';
  if (step === 12) return 'never';
  return step % 12 === 3 && step < 48 ? 'offline' : 'online';
}

const sinceMs = (index: number, status: DeviceStatus): number =>
  status === 'online' ? (3 + (index % 40)) * HOUR_MS : (4 + ((index * 37) % 5000)) * MINUTE_MS;

/** An enrolled device as it was at `nowMs`. */
export function deviceAt(index: number, nowMs: number): Device {
  const status = statusAt(index);
  const heardAgoMs = status === 'online' ? (index % 60) * 1000 : sinceMs(index, status);
  const site = sites[index % sites.length] ?? 'north';
  return {
    id: `d-${String(index).padStart(6, '0')}`,
    serial: `SB7086R-${String(20240 + index).padStart(6, '0')}`,
    serialSource: 'android-getprop',
    model: models[index % models.length] ?? 'SBID',
    manufacturer: 'SMART Technologies',
    label: `${site === 'library' ? 'Library' : 'Room'} ${String(100 + index).padStart(6, '0')}`,
    tags: index % 5 === 0 ? [site, `floor-${index % 4}`, 'exam'] : [site],
    status,
    statusSince: iso(nowMs - sinceMs(index, status)),
    connected: status === 'online',
    flapping: false,
    alerted: false,
    lastHeartbeatAt: status === 'never' ? null : iso(nowMs - heardAgoMs),
    enrolledAt: iso(nowMs - 30 * DAY_MS + index * MINUTE_MS),
    firmware: index % 3 === 0 ? '6.8.112' : '6.9.4',
    os: 'Android 13',
    arch: 'arm64',
    agentVersion: '0.1.0',
    health: status === 'never' ? null : { cpuPercent: 12, memoryPercent: 47, diskPercent: 61, temperatureC: 43, screen: 'on' },
    credits: { granted: 1095, reason: 'granted' },
    pending: null,
  };
}

const checkCodes = ['BCDF-GHJK', 'LMNP-QRST', 'VWXZ-BBCD', 'KJHG-FDCB'];

/** A display that waits: every fourth one with a changed key, beside the first enrolled device. */
export function pendingAt(index: number, nowMs: number, running: Device | undefined): Device {
  const changed = index % 4 === 1 && running !== undefined;
  return {
    ...deviceAt(900_000 + index, nowMs),
    id: `p-${index}`,
    serial: changed ? running.serial : `PC-${4410 + index}`,
    serialSource: 'dmi',
    label: changed ? running.serial : `PC-${4410 + index}`,
    model: 'OPS-i7',
    tags: [],
    status: 'pending',
    statusSince: iso(nowMs - (2 + index) * HOUR_MS),
    connected: false,
    flapping: false,
    alerted: false,
    lastHeartbeatAt: null,
    enrolledAt: null,
    health: null,
    credits: null,
    pending: {
      code: changed ? 'key-changed' : 'awaiting-approval',
      checkCode: checkCodes[index % checkCodes.length] ?? 'BCDF-GHJK',
      firstAskedAt: iso(nowMs - (2 + index) * HOUR_MS),
      lastAskedAt: iso(nowMs - 3 * MINUTE_MS),
      address: `10.4.${index % 200}.17`,
      competesWith: changed ? running.id : null,
    },
  };
}

export const blockAt = (index: number, nowMs: number): Block => ({
  id: `b-${index}`,
  serial: `PC-${100 + index}`,
  checkCode: 'RSTV-WXZB',
  kind: index % 2 === 0 ? 'rejected' : 'blocked',
  since: iso(nowMs - 2 * DAY_MS),
  until: index % 2 === 0 ? iso(nowMs + 28 * DAY_MS) : null,
  by: 'admin@springfield',
});

/** The booking that an enrolled device brought; `n` counts from 1. */
export const bookingAt = (n: number, device: Device, nowMs: number): HistoryRow => ({
  id: `t-${n}`,
  n,
  at: device.enrolledAt ?? iso(nowMs),
  kind: 'enrolment',
  credits: 1095,
  balanceAfter: 1095 * n,
  device: device.id,
  serial: device.serial,
  label: device.label,
  actor: `device:${device.id}`,
  hash: String(n).padStart(64, '0'),
});

/** One day's use after the enrolments. */
export const usageAt = (n: number, before: number, devices: number, nowMs: number): HistoryRow => ({
  id: `t-${n}`,
  n,
  at: iso(nowMs - 20 * MINUTE_MS),
  kind: 'usage',
  credits: -Math.min(before, devices),
  balanceAfter: Math.max(0, before - devices),
  actor: 'system',
  hash: String(n).padStart(64, '0'),
});
