/** Turns stored events into stream messages, when they are sent and for one viewer (A4). */
import type { AlertEvent } from '../../protocol/api-alerts.ts';
import { enrolmentEvent, type BillingEvent, type DeviceEvent } from '../../protocol/api.ts';
import type { DeviceData, StoredEvent } from '../store/effects.ts';
import { alertView, openAlerts } from '../alerts/queries.ts';
import { transferView } from '../billing/queries/billing.ts';
import { deviceView, devicesWithDomain, type DeviceView, type Viewer } from '../devices/queries/devices.ts';
import { historyRowFor } from '../billing/queries/history-row.ts';
import type { Reads } from '../store/tx.ts';
import type { LivePresence } from '../http/deps.ts';
import { message, type EventPresenters, type StreamViewer } from '../http/events/stream.ts';
import { presentDevice, tagsOf } from '../devices/present.ts';

export interface Sources {
  reader: Reads;
  presence: LivePresence;
}

/** Whether the viewer's list showed the device until this event. A viewer without tags sees every device of the domain. */
function tookFrom({ tags }: Viewer, { hadTags }: DeviceData): boolean {
  return tags.every((tag) => hadTags?.includes(tag) === true);
}

/**
 * The device as the list shows it. If the list no longer shows it, for instance after a tag was removed, it is reported as removed to a viewer that
 * saw it; a viewer that never saw it is told nothing, not even that (A4). `sawBefore`: until this event, or one that it replaces.
 */
async function deviceData(sources: Sources, viewer: Viewer, event: DeviceData, sawBefore: boolean): Promise<DeviceEvent | null> {
  const { deviceId } = event;
  const view = event.removed === true ? null : await deviceView(sources.reader, viewer, deviceId);
  if (view !== null) return { device: presentDevice(view, sources.presence.of(deviceId)) };
  return sawBefore ? { id: deviceId, removed: true } : null;
}

async function billingData(sources: Sources, viewer: StreamViewer, transferId: number): Promise<BillingEvent | null> {
  const view = viewer.billing ? await transferView(sources.reader, viewer.domainId, transferId) : null;
  return view === null ? null : { row: await historyRowFor(sources.reader, viewer, view), balance: view.balanceAfter };
}

/** The enrolment log includes attempts of boards that are no devices: a viewer limited to some devices sees only their attempts. */
async function enrolmentData(sources: Sources, viewer: Viewer, data: unknown): Promise<unknown> {
  const parsed = enrolmentEvent.safeParse(data);
  if (!parsed.success) return null;
  const { deviceId } = parsed.data;
  const shown = viewer.tags.length === 0 || (deviceId !== null && (await deviceView(sources.reader, viewer, deviceId)) !== null);
  return shown ? parsed.data : null;
}

/** Alerts concern the whole domain, and credit alerts Billing (D6). */
async function alertData({ reader }: Sources, viewer: StreamViewer, alertId: number): Promise<AlertEvent | null> {
  const alert = viewer.tags.length > 0 ? null : await alertView(reader, viewer, alertId);
  return alert === null ? null : { alert, open: await openAlerts(reader, viewer) };
}

/** The data of one event for this viewer; null if there is nothing to show. `lost`: devices that earlier events removed from the viewer's list. */
export async function dataOf(
  sources: Sources,
  viewer: StreamViewer,
  event: StoredEvent,
  lost?: ReadonlySet<string>,
): Promise<unknown> {
  switch (event.type) {
    case 'device':
      return await deviceData(
        sources,
        viewer,
        event.data,
        tookFrom(viewer, event.data) || lost?.has(event.data.deviceId) === true,
      );
    case 'billing':
      return await billingData(sources, viewer, event.data.transferId);
    case 'enrolment':
      return await enrolmentData(sources, viewer, event.data);
    case 'alert':
      return await alertData(sources, viewer, event.data.alertId);
  }
}

/** The messages for some stored events, in order. Of several about one device only the last is sent, because each shows its current state. */
async function messagesOf(sources: Sources, viewer: StreamViewer, events: readonly StoredEvent[]): Promise<string> {
  const lastOf = new Map(events.flatMap((event) => (event.type === 'device' ? [[event.data.deviceId, event.id] as const] : [])));
  const lost = new Set(
    events.flatMap((event) => (event.type === 'device' && tookFrom(viewer, event.data) ? [event.data.deviceId] : [])),
  );
  let text = '';
  for (const event of events) {
    if (event.domainId !== viewer.domainId) continue;
    if (event.type === 'device' && lastOf.get(event.data.deviceId) !== event.id) continue;
    const data = await dataOf(sources, viewer, event, lost);
    if (data !== null) text += message(event.type, data, event.id);
  }
  return text;
}

/** Whether a viewer's list shows this device of its domain. */
function sees(viewer: Viewer, view: DeviceView & { domainId: number }): boolean {
  if (view.domainId !== viewer.domainId) return false;
  const tags = viewer.tags.length === 0 ? [] : tagsOf(view);
  return viewer.tags.every((tag) => tags.includes(tag));
}

/** What the event streams show of all capabilities. */
export function eventPresenters(sources: Sources): EventPresenters {
  return {
    messagesOf: async (viewer, events) => messagesOf(sources, viewer, events),
    heardDevices: async (ids) =>
      (await devicesWithDomain(sources.reader, ids)).map((view) => ({
        domainId: view.domainId,
        isSeenBy: (viewer) => sees(viewer, view),
        present: () => ({ device: presentDevice(view, sources.presence.of(view.id)) }),
      })),
  };
}
