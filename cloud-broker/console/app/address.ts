import { deviceSorts, deviceStatuses } from '../../../protocol/api.ts';
import type { DeviceStatus } from '../../../protocol/api.ts';

export type DeviceSort = (typeof deviceSorts)[number];

/** What narrows and orders the list of devices; the empty filter is the whole domain by label. */
export interface DeviceFilter {
  status: DeviceStatus | null;
  q: string;
  tag: string;
  model: string;
  firmware: string;
  sort: DeviceSort;
  /** Serials that were pasted, in the form they are compared in: too many for an address, so no address holds them. */
  serials?: readonly string[];
}

export interface DevicesView {
  page: 'devices';
  filter: DeviceFilter;
  /** The device whose drawer is open. */
  device: string | null;
  panel: 'blocked' | null;
}

/** Pages whose address is their path alone; what they show is in pages.tsx. */
export const paths = {
  overview: '/overview',
  enrol: '/enrol',
  install: '/install',
  billing: '/billing',
  account: '/account',
  signUp: '/sign-up',
  activate: '/activate',
  forgot: '/forgot',
  reset: '/reset',
  users: '/users',
  invitation: '/invitation',
  portal: '/portal',
  portalSignUp: '/portal/sign-up',
  portalActivate: '/portal/activate',
  portalForgot: '/portal/forgot',
  portalReset: '/portal/reset',
  portalInvitation: '/portal/invitation',
  portalSubscriptions: '/portal/subscriptions',
  portalOrganization: '/portal/organization',
  settings: '/settings',
  apiKeys: '/api-keys',
  webhooks: '/webhooks',
  audit: '/audit',
  alerts: '/alerts',
} as const;
export type PathPage = keyof typeof paths;

interface PathView {
  page: PathPage;
  /** What the audit log is searched for. */
  q?: string;
}

/** Everything that one address shows: reading it back gives the same view (principle 6 of the console). */
export type View = DevicesView | PathView;

export const noFilter: DeviceFilter = { status: null, q: '', tag: '', model: '', firmware: '', sort: 'label' };

/** What of a filter an address holds. */
function addressed({ status, q, tag, model, firmware, sort }: DeviceFilter): DeviceFilter {
  return { status, q, tag, model, firmware, sort };
}

export const devicesView = (filter: DeviceFilter = noFilter): DevicesView => ({
  page: 'devices',
  filter: addressed(filter),
  device: null,
  panel: null,
});

export const deviceAlone = (id: string): DevicesView => ({ ...devicesView(), device: id });

/** True if the filter shows less than the whole domain; the order does not count. */
export const narrows = (filter: DeviceFilter): boolean => filter.status !== null || searches(filter);

/** True if something beside the status narrows it: the counts by status are not its own then. */
export const searches = ({ q, tag, model, firmware }: DeviceFilter): boolean =>
  [q, tag, model, firmware].some((text) => text !== '');

const oneOf = <T extends string>(values: readonly T[], text: string | null): T | null =>
  values.find((value) => value === text) ?? null;

/** Reads an address; what it does not know is left out, so that an old or mistyped link still opens something. */
export function parseAddress(pathname: string, search: string): View {
  const page = (Object.keys(paths) as PathPage[]).find((name) => paths[name] === pathname);
  const query = new URLSearchParams(search);
  const searched = page === 'audit' ? (query.get('q') ?? '').slice(0, 128) : '';
  if (page !== undefined) return searched === '' ? { page } : { page, q: searched };
  return {
    page: 'devices',
    filter: {
      status: oneOf(deviceStatuses, query.get('status')),
      q: (query.get('q') ?? '').slice(0, 100),
      tag: (query.get('tag') ?? '').slice(0, 64),
      model: (query.get('model') ?? '').slice(0, 64),
      firmware: (query.get('firmware') ?? '').slice(0, 64),
      sort: oneOf(deviceSorts, query.get('sort')) ?? 'label',
    },
    device: query.get('device'),
    panel: oneOf(['blocked'] as const, query.get('panel')),
  };
}

/** The query of a filter as the API and the address write it: only what differs from the default. */
export function filterQuery(filter: DeviceFilter): URLSearchParams {
  const query = new URLSearchParams();
  if (filter.status !== null) query.set('status', filter.status);
  if (filter.q !== '') query.set('q', filter.q);
  if (filter.tag !== '') query.set('tag', filter.tag);
  if (filter.model !== '') query.set('model', filter.model);
  if (filter.firmware !== '') query.set('firmware', filter.firmware);
  if (filter.sort !== 'label') query.set('sort', filter.sort);
  return query;
}

export function addressOf(view: View): string {
  if (view.page !== 'devices') {
    const q = view.q ?? '';
    return q === '' ? paths[view.page] : `${paths[view.page]}?${new URLSearchParams({ q }).toString()}`;
  }
  const query = filterQuery(view.filter);
  if (view.device !== null) query.set('device', view.device);
  if (view.panel !== null) query.set('panel', view.panel);
  const text = query.toString();
  return text === '' ? '/devices' : `/devices?${text}`;
}
