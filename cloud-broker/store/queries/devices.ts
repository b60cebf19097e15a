import * as z from 'zod';
import { deviceSorts, type DevicesQuery, type DeviceStatus } from '../../../protocol/api.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import type { Parameter, Sql } from '../sql.ts';
import { decodeCursor, pageOf } from './cursor.ts';

/** Whose eyes a read goes through: one domain, and for a user with tags only devices with all of them (A4, D6). */
export interface Viewer {
  domainId: number;
  tags: readonly string[];
}

/** A device as the console shows it, without what presence knows of this moment. Times in milliseconds since 1970. */
export interface DeviceView {
  id: string;
  state: 'pending' | 'enrolled';
  serial: string;
  serialSource: string;
  model: string;
  manufacturer: string | null;
  label: string;
  /** JSON array of texts. */
  tags: string;
  status: DeviceStatus;
  statusSince: number;
  enrolledAt: number | null;
  firmware: string | null;
  os: string;
  arch: string;
  agentVersion: string;
  keyFingerprint: string;
  grantReason: string | null;
  /** Credits that came into the domain with this device's enrolments, in its whole life. */
  granted: number;
  pendingCode: 'awaiting-approval' | 'key-changed' | null;
  firstAskedAt: number | null;
  lastAskedAt: number | null;
  address: string | null;
  competesWith: string | null;
}

const COLUMNS = `d.id, d.state, d.serial, d.serial_source AS serialSource, d.model, d.manufacturer, d.label, d.tags, d.status,
  d.status_since AS statusSince, d.enrolled_at AS enrolledAt, d.firmware, d.os, d.arch, d.agent_version AS agentVersion,
  d.key_fingerprint AS keyFingerprint, d.grant_reason AS grantReason,
  (SELECT coalesce(sum(t.credits), 0) FROM transfers t WHERE t.device_id = d.id AND t.domain_id = d.domain_id AND t.kind = 'enrolment') AS granted,
  d.pending_code AS pendingCode, d.first_asked_at AS firstAskedAt, d.last_asked_at AS lastAskedAt, d.address, d.competes_with AS competesWith`;

/** `state <> 'unenrolled'` stands word for word as in the indexes, which are of no use to a query without it. */
const SHOWN = "d.domain_id = ? AND d.state <> 'unenrolled'";
const HAS_TAG = 'EXISTS (SELECT 1 FROM json_each(d.tags) WHERE value = ?)';

type DeviceSort = (typeof deviceSorts)[number];

interface Condition {
  text: string;
  parameters: Parameter[];
}

function shownTo(viewer: Viewer): Condition {
  return { text: [SHOWN, ...viewer.tags.map(() => HAS_TAG)].join(' AND '), parameters: [viewer.domainId, ...viewer.tags] };
}

/** Everything matches literally: `%` and `_` are characters like any other. */
function searched(q: string): Condition {
  const pattern = `%${q.replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`;
  const columns = ['d.label', 'd.serial', 'd.model', 'd.id'];
  return {
    text: `(${columns.map((column) => `${column} LIKE ? ESCAPE '\\'`).join(' OR ')})`,
    parameters: columns.map(() => pattern),
  };
}

function matching(viewer: Viewer, filter: Pick<DevicesQuery, 'status' | 'q' | 'tag'>): Condition {
  const conditions: Condition[] = [shownTo(viewer)];
  if (filter.status !== undefined) conditions.push({ text: 'd.status = ?', parameters: [filter.status] });
  if (filter.tag !== undefined && filter.tag !== '') conditions.push({ text: HAS_TAG, parameters: [filter.tag] });
  const q = filter.q?.trim() ?? '';
  if (q !== '') conditions.push(searched(q));
  return both(...conditions);
}

function both(...conditions: Condition[]): Condition {
  return {
    text: conditions.map(({ text }) => text).join(' AND '),
    parameters: conditions.flatMap(({ parameters }) => parameters),
  };
}

/** Sort, value of its column and id of the last row seen. */
const place = z.tuple([z.enum(deviceSorts), z.union([z.string().max(64), z.int(), z.null()]), z.string().max(64)]);
type Place = z.output<typeof place>;

/** One stretch of the list that one index serves from end to end. */
interface Stretch extends Condition {
  order: string;
}

function stretch(column: string, descending: boolean, matches: Condition, from: Place | null): Stretch {
  const [direction, order] = descending ? ['<', 'DESC'] : ['>', 'ASC'];
  const after: Condition[] =
    from === null ? [] : [{ text: `(${column}, d.id) ${direction} (?, ?)`, parameters: [from[1], from[2]] }];
  return { ...both(matches, ...after), order: `${column} ${order}, d.id ${order}` };
}

/** Devices that wait have no time of enrolment, and NULL cannot be compared: by id, in a stretch of their own. */
function waitingStretch(descending: boolean, matches: Condition, from: Place | null): Stretch {
  const [direction, order] = descending ? ['<', 'DESC'] : ['>', 'ASC'];
  const after: Condition[] = from === null ? [] : [{ text: `d.id ${direction} ?`, parameters: [from[2]] }];
  return { ...both(matches, { text: 'd.enrolled_at IS NULL', parameters: [] }, ...after), order: `d.id ${order}` };
}

/** The list from `from` on, as stretches to be read one after the other. By enrolment, those that wait come before all others. */
function stretches(matches: Condition, sort: DeviceSort, from: Place | null): Stretch[] {
  const descending = sort.startsWith('-');
  if (sort === 'label' || sort === '-label') return [stretch('d.label', descending, matches, from)];
  const enrolled = both(matches, { text: 'd.enrolled_at IS NOT NULL', parameters: [] });
  const parts = [
    (at: Place | null) => waitingStretch(descending, matches, at),
    (at: Place | null) => stretch('d.enrolled_at', descending, enrolled, at),
  ];
  const inOrder = descending ? parts.toReversed() : parts;
  const begun = from === null || (from[1] === null) === !descending ? 0 : 1;
  return inOrder.slice(begun).map((make, index) => make(index === 0 ? from : null));
}

/** A page of the list, and how many devices it has in all. Refuses with `invalid-request` a cursor that is not of this list. */
export function listDevices(
  sql: Sql,
  viewer: Viewer,
  query: DevicesQuery,
): { items: DeviceView[]; nextCursor: string | null; total: number } {
  const from = decodeCursor(query.cursor, place);
  if (from !== null && !fits(from, query.sort)) throw new RollcallError('invalid-request', { field: 'cursor' });
  const matches = matching(viewer, query);
  const rows: DeviceView[] = [];
  for (const { text, parameters, order } of stretches(matches, query.sort, from)) {
    const wanted = query.limit + 1 - rows.length;
    if (wanted > 0)
      rows.push(
        ...sql.all<DeviceView>(`SELECT ${COLUMNS} FROM devices d WHERE ${text} ORDER BY ${order} LIMIT ?`, ...parameters, wanted),
      );
  }
  const byLabel = query.sort.endsWith('label');
  return {
    ...pageOf(rows, query.limit, (last): Place => [query.sort, byLabel ? last.label : last.enrolledAt, last.id]),
    total: count(sql, matches),
  };
}

function fits(from: Place, sort: DeviceSort): boolean {
  return from[0] === sort && (typeof from[1] === 'string') === sort.endsWith('label');
}

function count(sql: Sql, matches: Condition): number {
  return (
    sql.get<{ total: number }>(`SELECT count(*) AS total FROM devices d WHERE ${matches.text}`, ...matches.parameters)?.total ?? 0
  );
}

/** One device or waiting row; null where the viewer does not see it. */
export function deviceView(sql: Sql, viewer: Viewer, id: string): DeviceView | null {
  const { text, parameters } = shownTo(viewer);
  return sql.get<DeviceView>(`SELECT ${COLUMNS} FROM devices d WHERE d.id = ? AND ${text}`, id, ...parameters);
}

/** One device of any domain, with its domain and its tags: for streams, which then ask themselves who may see it. */
export function deviceWithDomain(sql: Sql, id: string): (DeviceView & { domainId: number }) | null {
  return sql.get(`SELECT ${COLUMNS}, d.domain_id AS domainId FROM devices d WHERE d.id = ? AND d.state <> 'unenrolled'`, id);
}

export type DeviceCounts = Record<'all' | DeviceStatus, number>;

/** How many devices each status filter opens: always the `total` of the list it opens. */
export function countDevices(sql: Sql, viewer: Viewer): DeviceCounts {
  const { text, parameters } = shownTo(viewer);
  const rows = sql.all<{ status: DeviceStatus; devices: number }>(
    `SELECT d.status, count(*) AS devices FROM devices d WHERE ${text} GROUP BY d.status`,
    ...parameters,
  );
  const counts: DeviceCounts = { all: 0, never: 0, online: 0, late: 0, offline: 0, pending: 0 };
  for (const { status, devices } of rows) {
    counts[status] = devices;
    counts.all += devices;
  }
  return counts;
}
