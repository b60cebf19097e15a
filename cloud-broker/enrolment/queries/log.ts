import * as z from 'zod';
import type { DeviceEnrolment, EnrolmentStep, RefusedTry } from '../../../protocol/api-enrolment.ts';
import { serialKey } from '../../../protocol/text.ts';
import type { Reads } from '../../store/tx.ts';
import { decodeCursor, END, isoTime, pageOf, type PageRequest } from '../../store/paging.ts';
import { byIndex, textsOf } from '../../store/dialect.ts';

const MAX_STEPS = 50;

interface RefusedRow {
  serialKey: string;
  serial: string;
  model: string;
  code: string;
  times: number;
  firstAt: number;
  at: number;
  address: string;
  correlationId: string;
}

const REFUSED =
  'serial_key AS serialKey, serial, model, code, times, first_at AS firstAt, at, address, correlation_id AS correlationId';
const place = z.tuple([z.int(), z.string().max(128), z.string().max(64)]);

/** E11: refused attempts, latest first; with `q`, those whose serial number begins with it or whose correlation id matches. */
export async function listRefused(
  tx: Reads,
  domainId: number,
  request: PageRequest & { q?: string | undefined },
): Promise<{ items: RefusedTry[]; nextCursor: string | null }> {
  const before = decodeCursor(request.cursor, place) ?? [Number.MAX_SAFE_INTEGER, END, END];
  const q = serialKey(request.q ?? '');
  const rows = await tx.all<RefusedRow>(
    `SELECT ${REFUSED} FROM refused_tries WHERE domain_id = ?1 AND (at, serial_key, code) < (?2, ?3, ?4)
      AND (?5 = '' OR correlation_id = ?6 OR serial_key BETWEEN ?5 AND ?7)
     ORDER BY at DESC, serial_key DESC, code DESC LIMIT ?8`,
    domainId,
    ...before,
    q,
    q.toUpperCase(),
    q + END,
    request.limit + 1,
  );
  const { items, nextCursor } = pageOf(rows, request.limit, (last) => [last.at, last.serialKey, last.code]);
  return { items: items.map(presentRefused), nextCursor };
}

function presentRefused({ serial, model, code, times, firstAt, at, address, correlationId }: RefusedRow): RefusedTry {
  return { serial, model, code, times, firstAt: isoTime(firstAt), at: isoTime(at), address, correlationId };
}

interface Step extends Omit<EnrolmentStep, 'at'> {
  at: number;
}

const noStep = { code: null, times: 1, by: null, address: null, correlationId: null, granted: null };

async function refusedSteps(tx: Reads, device: { domainId: number; serialKey: string }): Promise<Step[]> {
  return (
    await tx.all<RefusedRow>(
      `SELECT ${REFUSED} FROM refused_tries WHERE domain_id = ? AND serial_key = ?`,
      device.domainId,
      device.serialKey,
    )
  ).map(({ at, code, times, address, correlationId }) => ({
    ...noStep,
    what: 'refused',
    at,
    code,
    times,
    address,
    correlationId,
  }));
}

const ofAction = new Map<string, EnrolmentStep['what']>([
  ['device.waits', 'waits'],
  ['device.enrolled', 'enrolled'],
  ['device.joined-register', 'joined-register'],
  ['device.unenrolled', 'unenrolled'],
]);

/** Steps from the audit log: how it enrolled and left. */
async function decidedSteps(tx: Reads, device: { id: string; domainId: number }): Promise<Step[]> {
  const rows = await tx.all<{
    at: number;
    actor: string;
    address: string | null;
    action: string;
    correlationId: string | null;
    details: string;
  }>(
    `SELECT at, actor, address, action, correlation_id AS correlationId, details FROM ${byIndex('audit', 'audit_by_subject')}
     WHERE domain_id = ? AND subject = ? AND action IN ${textsOf('?')}
     ORDER BY id DESC LIMIT ?`,
    device.domainId,
    device.id,
    JSON.stringify([...ofAction.keys()]),
    MAX_STEPS,
  );
  return rows.flatMap(({ actor, action, details, ...row }) => {
    const what = ofAction.get(action);
    if (what === undefined) return [];
    const { code = null, granted = null } = JSON.parse(details) as { code?: string; granted?: number };
    return [{ ...noStep, ...row, code, granted, what, by: actor.startsWith('device:') ? null : actor }];
  });
}

/** Certificates issued to it, and when it was first heard in each enrolment (P1). */
async function arrivals(tx: Reads, deviceId: string): Promise<Step[]> {
  const certificates = await tx.all<{ at: number }>(
    'SELECT issued_at AS at FROM certificates WHERE device_id = ? ORDER BY issued_at DESC LIMIT ?',
    deviceId,
    MAX_STEPS,
  );
  const heard = await tx.all<{ at: number | null }>(
    `SELECT (SELECT c.at FROM status_changes c WHERE c.device_id = s.device_id AND c.at BETWEEN s.from_at AND coalesce(s.to_at, 9e15)
      AND c.status = 'online' ORDER BY c.at LIMIT 1) AS at FROM (SELECT * FROM enrolment_spans WHERE device_id = ? ORDER BY from_at DESC LIMIT ?) s`,
    deviceId,
    MAX_STEPS,
  );
  return [
    ...certificates.map(({ at }) => ({ ...noStep, what: 'certificate' as const, at })),
    ...heard.flatMap(({ at }) => (at === null ? [] : [{ ...noStep, what: 'online' as const, at }])),
  ];
}

/** How a device enrolled, step by step (E11), and its certificate. The caller checks access first; null if it does not exist. */
export async function enrolmentOf(tx: Reads, deviceId: string): Promise<DeviceEnrolment | null> {
  const device = await tx.get<{ id: string; domainId: number; serialKey: string }>(
    'SELECT id, domain_id AS domainId, serial_key AS serialKey FROM devices WHERE id = ?',
    deviceId,
  );
  if (device === null) return null;
  const order = ['refused', 'waits', 'enrolled', 'joined-register', 'certificate', 'online', 'unenrolled'];
  const steps = [...(await refusedSteps(tx, device)), ...(await decidedSteps(tx, device)), ...(await arrivals(tx, deviceId))]
    .toSorted((a, b) => a.at - b.at || order.indexOf(a.what) - order.indexOf(b.what))
    .slice(-MAX_STEPS);
  const live = await tx.all<{ issuedAt: number; serialNumber: string; fingerprint: string }>(
    `SELECT issued_at AS issuedAt, serial_number AS serialNumber, fingerprint FROM certificates
     WHERE device_id = ? AND revoked_at IS NULL ORDER BY issued_at DESC`,
    deviceId,
  );
  const [newest] = live;
  return {
    steps: steps.map(({ at, ...step }) => ({ ...step, at: isoTime(at) })),
    certificate: newest === undefined ? null : { ...newest, issuedAt: isoTime(newest.issuedAt), live: live.length },
  };
}
