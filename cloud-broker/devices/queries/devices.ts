import * as z from 'zod';
import { deviceSorts, deviceStatuses, type DevicesQuery, type DeviceStatus } from '../../../protocol/api.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { readAs, rowType, type RowIn } from '../../store/row-type.ts';
import type { Parameter, Reads } from '../../store/tx.ts';
import { decodeCursor, pageOf } from '../../store/paging.ts';
import { fits, orderedBy } from './device-order.ts';
import { eachOf, textsOf } from '../../store/dialect.ts';

/** The scope of a read: one domain and, for a user with tags, only devices with all of them (A4, D6). */
export interface Viewer {
  domainId: number;
  tags: readonly string[];
}

const DEVICE = rowType('d.', {
  id: 'text',
  state: ['pending', 'enrolled', 'unenrolled'],
  serial: 'text',
  serialSource: 'text',
  model: 'text',
  manufacturer: 'text?',
  label: 'text',
  /** JSON array of strings. */
  tags: 'text',
  status: [...deviceStatuses],
  statusSince: 'integer',
  /** 1 while an open alert reports its loss (P7). */
  alerted: readAs(
    "EXISTS (SELECT 1 FROM alert_devices a WHERE a.device_id = d.id AND a.kind = 'lost' AND a.ended_at IS NULL)",
    'flag',
  ),
  enrolledAt: 'integer?',
  unenrolledAt: 'integer?',
  firmware: 'text?',
  os: 'text',
  arch: 'text',
  agentVersion: 'text',
  keyFingerprint: 'text',
  grantReason: 'text?',
  /** Credits that all enrolments of this device have brought into the domain, without those that were reversed. */
  granted: readAs(
    `(SELECT coalesce(sum(CASE 'vendor:grants' WHEN t.debit THEN t.credits WHEN t.credit THEN -t.credits ELSE 0 END), 0)
      FROM transfers t WHERE t.device_id = d.id AND t.domain_id = d.domain_id)`,
    'integer',
  ),
  pendingCode: ['awaiting-approval', 'key-changed', null],
  firstAskedAt: 'integer?',
  lastAskedAt: 'integer?',
  address: 'text?',
  competesWith: 'text?',
});
/** A device as the console shows it, without the current presence state. Times in milliseconds since 1970. */
export type DeviceView = RowIn<typeof DEVICE>;

/** `state <> 'unenrolled'` must match the index definitions word for word, or SQLite cannot use the indexes. */
const SHOWN = "d.domain_id = ? AND d.state <> 'unenrolled'";
export const HAS_TAG = `? IN ${textsOf('d.tags')}`;

type DeviceSort = (typeof deviceSorts)[number];

interface Condition {
  text: string;
  parameters: Parameter[];
}

/** Row source of a list, in index order: the devices themselves, or those of one tag. */
interface Source extends Condition {
  from: string;
  /** Table alias of status, label and enrolment time. */
  row: 'd' | 't';
  id: 'd.id' | 't.device_id';
}

function conditionOf(domain: string, viewer: Viewer): Condition {
  return { text: [domain, ...viewer.tags.map(() => HAS_TAG)].join(' AND '), parameters: [viewer.domainId, ...viewer.tags] };
}

/** All tags that a device needs to be in this list. */
export function wantedTags(viewer: Viewer, tag: string | undefined): string[] {
  return [...new Set([...(tag === undefined || tag === '' ? [] : [tag]), ...viewer.tags])];
}

function sourceOf(domainId: number, [first, ...others]: readonly string[]): Source {
  if (first === undefined) return { from: 'devices d', row: 'd', id: 'd.id', text: SHOWN, parameters: [domainId] };
  return {
    // CROSS JOIN keeps this order: the tag's index sorts the list.
    from: 'device_tags t CROSS JOIN devices d',
    row: 't',
    id: 't.device_id',
    text: ['d.id = t.device_id AND t.domain_id = ? AND t.tag = ?', ...others.map(() => HAS_TAG)].join(' AND '),
    parameters: [domainId, first, ...others],
  };
}

function both(...conditions: Condition[]): Condition {
  return {
    text: conditions.map(({ text }) => text).join(' AND '),
    parameters: conditions.flatMap(({ parameters }) => parameters),
  };
}

/** Sort, and the sort value and id of the last row returned. */
const place = z.tuple([z.enum(deviceSorts), z.union([z.string().max(64), z.int(), z.null()]), z.string().max(64)]);
type Place = z.output<typeof place>;

/** A section of the list that one index serves from end to end. */
interface Stretch extends Condition {
  order: string;
}

/** The list starting at `from`, as sections to read one after the other. Sorted by enrolment, waiting devices come before all others. */
function stretches({ row, id }: Source, matches: Condition, sort: DeviceSort, from: Place | null): Stretch[] {
  const descending = sort.startsWith('-');
  const [after, order] = descending ? ['<', 'DESC'] : ['>', 'ASC'];
  const sorted = (column: string, within: Condition, at: Place | null): Stretch => ({
    ...both(within, ...(at === null ? [] : [{ text: `(${column}, ${id}) ${after} (?, ?)`, parameters: [at[1], at[2]] }])),
    order: `${column} ${order}, ${id} ${order}`,
  });
  if (sort === 'label' || sort === '-label') return [sorted(`${row}.label`, matches, from)];
  const column = `${row}.enrolled_at`;
  // Waiting devices have no enrolment time and NULL cannot be compared, so they form a section of their own, sorted by id.
  const waiting = both(matches, { text: `${column} IS NULL`, parameters: [] });
  const enrolled = both(matches, { text: `${column} IS NOT NULL`, parameters: [] });
  const parts = [
    (at: Place | null): Stretch => ({
      ...both(waiting, ...(at === null ? [] : [{ text: `${id} ${after} ?`, parameters: [at[2]] }])),
      order: `${id} ${order}`,
    }),
    (at: Place | null): Stretch => sorted(column, enrolled, at),
  ];
  const inOrder = descending ? parts.toReversed() : parts;
  const begun = from === null || (from[1] === null) === !descending ? 0 : 1;
  return inOrder.slice(begun).map((make, index) => make(index === 0 ? from : null));
}

export interface DevicesList {
  items: DeviceView[];
  nextCursor: string | null;
  total: number;
}

/** A page of the list and the total number of devices. Refuses with `invalid-request` a cursor from another list. */
export async function listDevices(tx: Reads, viewer: Viewer, query: DevicesQuery): Promise<DevicesList> {
  const from = placeOf(query);
  const tags = wantedTags(viewer, query.tag);
  const source = sourceOf(viewer.domainId, tags);
  const ofStatus: Condition[] =
    query.status === undefined ? [] : [{ text: `${source.row}.status = ?`, parameters: [query.status] }];
  const total = counted(tx, viewer.domainId, tags, query.status);
  const rows: DeviceView[] = [];
  for (const { text, parameters, order } of stretches(source, both(source, ...ofStatus), query.sort, from)) {
    const wanted = query.limit + 1 - rows.length;
    const page = `SELECT ${DEVICE.columns} FROM ${source.from} WHERE ${text} ORDER BY ${order} LIMIT ?`;
    if (wanted > 0) rows.push(...(await DEVICE.all(tx, page, ...parameters, wanted)));
  }
  return { ...(await cut(tx, viewer, rows, query)), total: await total };
}

/** The position encoded in the query's cursor; null for the first page. */
export function placeOf({ cursor, sort }: DevicesQuery): Place | null {
  const from = decodeCursor(cursor, place);
  if (from !== null && (from[0] !== sort || !fits(orderedBy(sort), from[1])))
    throw new RollcallError('invalid-request', { field: 'cursor' });
  return from;
}

export async function cut(
  tx: Reads,
  viewer: Viewer,
  rows: DeviceView[],
  { sort, limit }: DevicesQuery,
): Promise<Pick<DevicesList, 'items' | 'nextCursor'>> {
  const page = pageOf(rows, limit, (last): Place => [sort, last[orderedBy(sort)], last.id]);
  return { ...page, items: await Promise.all(page.items.map(async (view) => withSeenRival(tx, viewer, view))) };
}

/** The rival of a waiting board (E7) is also a device: it is not named to a viewer that may not see it (A4). */
async function withSeenRival(tx: Reads, viewer: Viewer, view: DeviceView): Promise<DeviceView> {
  if (viewer.tags.length === 0 || view.competesWith === null) return view;
  return (await seenIds(tx, viewer, [view.competesWith])).size > 0 ? view : { ...view, competesWith: null };
}

/** In the order of `ids`, without devices removed in the meantime. */
export async function devicesById(tx: Reads, ids: readonly string[]): Promise<DeviceView[]> {
  return await DEVICE.all(
    tx,
    `SELECT ${DEVICE.columns} FROM ${eachOf('?', 'asked')} CROSS JOIN devices d WHERE d.id = asked.value AND d.state <> 'unenrolled' ORDER BY asked.key`,
    JSON.stringify(ids),
  );
}

/** All enrolled devices that match a filter without a search. */
export async function enrolledIds(
  tx: Reads,
  viewer: Viewer,
  { status, tag }: Pick<DevicesQuery, 'status' | 'tag'>,
): Promise<string[]> {
  const source = sourceOf(viewer.domainId, wantedTags(viewer, tag));
  const enrolled = { text: "d.state = 'enrolled'", parameters: [] };
  const ofStatus: Condition[] = status === undefined ? [] : [{ text: `${source.row}.status = ?`, parameters: [status] }];
  const { text, parameters } = both(source, enrolled, ...ofStatus);
  return (await tx.all<{ id: string }>(`SELECT d.id FROM ${source.from} WHERE ${text}`, ...parameters)).map(({ id }) => id);
}

/** Which of these devices the viewer may see. */
export async function seenIds(tx: Reads, viewer: Viewer, ids: readonly string[]): Promise<Set<string>> {
  const { text, parameters } = conditionOf(SHOWN, viewer);
  const rows = await tx.all<{ id: string }>(
    `SELECT d.id FROM ${eachOf('?', 'asked')} CROSS JOIN devices d WHERE d.id = asked.value AND ${text}`,
    JSON.stringify(ids),
    ...parameters,
  );
  return new Set(rows.map(({ id }) => id));
}

/** How many devices a list without a search has: kept by devices/changes.ts, but for several tags at once. */
async function counted(tx: Reads, domainId: number, tags: readonly string[], status: DeviceStatus | undefined): Promise<number> {
  const ofStatus: Condition[] = status === undefined ? [] : [{ text: 'status = ?', parameters: [status] }];
  const total = async (from: string, condition: Condition, what: string): Promise<number> =>
    (await tx.get<{ total: number }>(`SELECT ${what} AS total FROM ${from} WHERE ${condition.text}`, ...condition.parameters))
      ?.total ?? 0;
  if (tags.length < 2) {
    const kept = { text: 'domain_id = ? AND tag = ?', parameters: [domainId, tags[0] ?? ''] };
    return await total('device_counts', both(kept, ...ofStatus), 'coalesce(sum(devices), 0)');
  }
  // Starts from the rarest tag: tag counts are maintained, and each of its devices needs one lookup for each other tag.
  const ofTag = async (tag: string): Promise<number> => counted(tx, domainId, [tag], undefined);
  const [rarest = '', ...others] = (await Promise.all(tags.map(async (tag) => ({ tag, devices: await ofTag(tag) }))))
    .toSorted((a, b) => a.devices - b.devices)
    .map(({ tag }) => tag);
  const has = others.map((tag) => ({
    text: 'EXISTS (SELECT 1 FROM device_tags o WHERE o.device_id = t.device_id AND o.tag = ?)',
    parameters: [tag],
  }));
  const first = { text: 't.domain_id = ? AND t.tag = ?', parameters: [domainId, rarest] };
  return await total(
    'device_tags t',
    both(first, ...ofStatus.map((of) => ({ ...of, text: `t.${of.text}` })), ...has),
    'count(*)',
  );
}

/** Number of the domain's devices that a viewer may see. */
export async function countShown(tx: Reads, viewer: Viewer): Promise<number> {
  return await counted(tx, viewer.domainId, wantedTags(viewer, undefined), undefined);
}

/** One device or waiting row; null if the viewer's list does not show it. */
export async function deviceView(tx: Reads, viewer: Viewer, id: string): Promise<DeviceView | null> {
  const { text, parameters } = conditionOf(SHOWN, viewer);
  const view = await DEVICE.get(tx, `SELECT ${DEVICE.columns} FROM devices d WHERE d.id = ? AND ${text}`, id, ...parameters);
  return view === null ? null : await withSeenRival(tx, viewer, view);
}

/** Like `deviceView`, but includes unenrolled devices: Billing History and the audit log still name them (L7). */
export async function deviceOrFormer(tx: Reads, viewer: Viewer, id: string): Promise<DeviceView | null> {
  const { text, parameters } = conditionOf('d.domain_id = ?', viewer);
  const view = await DEVICE.get(tx, `SELECT ${DEVICE.columns} FROM devices d WHERE d.id = ? AND ${text}`, id, ...parameters);
  return view === null ? null : await withSeenRival(tx, viewer, view);
}

/** Devices of any domain, with domain and tags: for streams, which check themselves who may see them. */
export async function devicesWithDomain(tx: Reads, ids: readonly string[]): Promise<(DeviceView & { domainId: number })[]> {
  return tx.all(
    `SELECT ${DEVICE.columns}, d.domain_id AS domainId FROM devices d WHERE d.id IN ${textsOf('?')} AND d.state <> 'unenrolled'`,
    JSON.stringify(ids),
  );
}

export type DeviceCounts = Record<'all' | DeviceStatus, number>;

/** Number of devices for each status filter: always equal to the `total` of the filtered list. */
export async function countDevices(tx: Reads, viewer: Viewer): Promise<DeviceCounts> {
  const tags = wantedTags(viewer, undefined);
  const counts: DeviceCounts = { all: 0, never: 0, online: 0, late: 0, offline: 0, pending: 0 };
  for (const status of deviceStatuses) {
    counts[status] = await counted(tx, viewer.domainId, tags, status);
    counts.all += counts[status];
  }
  return counts;
}
