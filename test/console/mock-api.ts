import type * as z from 'zod';
import { alertsPage } from '../../protocol/api-alerts.ts';
import { command, commandBatch, commandsMade, commandsPage } from '../../protocol/api-commands.ts';
import { deviceEnrolment, refusedPage } from '../../protocol/api-enrolment.ts';
import { deviceHealth } from '../../protocol/api-health.ts';
import { heldPage } from '../../protocol/api-held.ts';
import { devicePresence } from '../../protocol/api-presence.ts';
import {
  approveBody,
  billing,
  block,
  blocksPage,
  device as deviceSchema,
  deviceCounts,
  devicePatch,
  devicesPage,
  devicesQuery,
  foldedPage,
  forecast,
  historyQuery,
  rejectBody,
  session,
} from '../../protocol/api.ts';
import type { Device } from '../../protocol/api.ts';
import { iso } from './mock-data.ts';
import { MockRefusal } from './mock-refusal.ts';
import type { MockState } from './mock-state.ts';

const NO_PRESENCE = { from: iso(0), to: iso(0), uptimePercent: null, days: [], spans: [], wentWith: null };

type EventName = 'device' | 'billing';
export interface Answer {
  reply: unknown;
  events: (readonly [EventName, unknown])[];
}

/** The reply checked by the contract's own schema: the mock cannot drift from what the service may say. */
const says = <Schema extends z.ZodType>(schema: Schema, reply: z.input<Schema>): Answer => ({
  reply: schema.parse(reply),
  events: [],
});
const did = (...events: Answer['events']): Answer => ({ reply: {}, events });

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Pages by position: enough for a mock, and as opaque to the console as any cursor. */
function paged<Row>(rows: readonly Row[], cursor: string | undefined, limit: number) {
  const from = cursor === undefined ? 0 : Number(cursor.slice('at-'.length));
  const nextCursor = from + limit < rows.length ? `at-${from + limit}` : null;
  return { items: rows.slice(from, from + limit), nextCursor, total: rows.length };
}

function listDevices(state: MockState, parameters: URLSearchParams): Answer {
  const { status, q, tag, model, firmware, sort, cursor, limit } = devicesQuery.parse(Object.fromEntries(parameters));
  const found = [...state.devices.values()].filter(
    (device) =>
      (status === undefined || device.status === status) &&
      (tag === undefined || device.tags.includes(tag)) &&
      (model === undefined || device.model === model) &&
      (firmware === undefined || device.firmware === firmware) &&
      (q === undefined || `${device.label} ${device.serial} ${device.model}`.toLowerCase().includes(q.toLowerCase())),
  );
  const key = (device: Device): string => (sort.endsWith('label') ? device.label : (device.enrolledAt ?? ''));
  const sorted = found.toSorted((a, b) => order(key(a), key(b)) || order(a.id, b.id));
  return says(devicesPage, paged(sort.startsWith('-') ? sorted.toReversed() : sorted, cursor, limit));
}

function counts(state: MockState): Answer {
  const each = { never: 0, online: 0, late: 0, offline: 0, pending: 0 };
  for (const { status } of state.devices.values()) each[status] += 1;
  return says(deviceCounts, { all: state.devices.size, ...each });
}

const gone = (id: string) => ['device', { id, removed: true }] as const;
const shown = (device: Device) => ['device', { device: deviceSchema.parse(device) }] as const;

function approve(state: MockState, id: string, body: unknown): Answer {
  const asking = state.device(id);
  const { as } = approveBody.parse(body);
  if (asking.pending === null) throw new MockRefusal(409, 'conflict');
  const competing = asking.pending.competesWith;
  if ((competing === null) !== (as === undefined)) throw new MockRefusal(400, 'invalid-request');
  if (competing !== null && as === 'replaced') {
    state.devices.delete(id);
    return did(gone(id), shown(state.put({ ...state.device(competing), firmware: asking.firmware })));
  }
  const now = iso(Date.now());
  return did(shown(state.put({ ...asking, status: 'never', statusSince: now, enrolledAt: now, pending: null })));
}

function reject(state: MockState, id: string, body: unknown): Answer {
  const { serial, pending } = state.device(id);
  const blocked = rejectBody.parse(body).block === true;
  state.devices.delete(id);
  const until = blocked ? null : iso(Date.now() + 30 * 24 * 3_600_000);
  const entry = { id: `b-${id}`, serial, checkCode: pending?.checkCode ?? '', kind: blocked ? 'blocked' : 'rejected' };
  state.blocks.set(`b-${id}`, block.parse({ ...entry, since: iso(Date.now()), until, by: state.session.user }));
  return did(gone(id));
}

function deviceCall(state: MockState, verb: string, id: string, action: string | undefined, body: unknown): Answer {
  if (action === 'commands') return says(command, state.commands.send(id, body));
  if (verb === 'GET') return says(deviceSchema, state.device(id));
  if (verb === 'PATCH') {
    const { label, tags } = devicePatch.parse(body);
    const device = state.device(id);
    return did(shown(state.put({ ...device, label: label ?? device.label, tags: tags ?? device.tags })));
  }
  if (verb === 'DELETE') {
    state.device(id);
    state.devices.delete(id);
    return did(gone(id));
  }
  if (action === 'approve') return approve(state, id, body);
  if (action === 'reject') return reject(state, id, body);
  throw new MockRefusal(404, 'not-found');
}

/** Answers one call of /api/v1 and names the events that it causes. Throws MockRefusal. */
export function answer(state: MockState, call: string, parameters: URLSearchParams, body: unknown): Answer {
  const [verb = '', path = ''] = call.split(' ');
  const [, room, id, action] = path.split('/');
  const { cursor, limit } = historyQuery.parse({
    cursor: parameters.get('cursor') ?? undefined,
    limit: parameters.get('limit') ?? undefined,
  });
  if (call === 'GET /session') return says(session, state.session);
  if (call === 'GET /devices') return listDevices(state, parameters);
  if (call === 'GET /devices/counts') return counts(state);
  if (call === 'GET /alerts') return says(alertsPage, { items: [], nextCursor: null, open: 0 });
  if (call === 'GET /billing') return says(billing, state.billing);
  if (call === 'GET /billing/history/folded') return says(foldedPage, paged(state.history, cursor, limit));
  if (call === 'GET /billing/held') return says(heldPage, { items: [], nextCursor: null, total: 0, credits: 0 });
  if (call === 'GET /billing/forecast') return says(forecast, state.billing);
  if (call === 'GET /enrolments/refused') return says(refusedPage, { items: [], nextCursor: null });
  if (call === 'GET /blocks') return says(blocksPage, paged([...state.blocks.values()], cursor, limit));
  if (verb === 'DELETE' && room === 'blocks' && id !== undefined && state.blocks.delete(id)) return did();
  if (call === 'POST /commands') return says(commandsMade, state.commands.sendToAll(state, body));
  if (room === 'commands' && action !== undefined) return says(commandBatch, state.commands.batch(action));
  if (verb === 'GET' && room === 'devices' && action === 'commands')
    return says(commandsPage, state.commands.page(id ?? '', Number(cursor?.slice('at-'.length) ?? 0), limit));
  if (verb === 'GET' && room === 'devices' && action === 'presence') return says(devicePresence, NO_PRESENCE);
  if (verb === 'GET' && room === 'devices' && action === 'health')
    return says(deviceHealth, { since: iso(0), to: iso(0), hours: [] });
  if (verb === 'GET' && room === 'devices' && action === 'enrolment')
    return says(deviceEnrolment, { steps: [], certificate: null });
  if (room === 'devices' && id !== undefined) return deviceCall(state, verb, decodeURIComponent(id), action, body);
  throw new MockRefusal(404, 'not-found');
}
