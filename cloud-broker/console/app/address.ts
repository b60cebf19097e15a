import { parseAge } from '../../../protocol/age.ts';
import { deviceSorts, deviceStatuses } from '../../../protocol/api.ts';
import type { DeviceStatus } from '../../../protocol/api.ts';

export type DeviceSort = (typeof deviceSorts)[number];

/** Filter and sort order of the device list; the empty filter is the whole domain sorted by label. */
export interface DeviceFilter {
  status: DeviceStatus | null;
  q: string;
  tag: string;
  model: string;
  firmware: string;
  /** P2: `true` for unstable devices. */
  unstable: string;
  /** How long devices have been offline or never heard, as written by protocol/age.ts. */
  silent: string;
  /** How long ago devices were enrolled. */
  enrolled: string;
  sort: DeviceSort;
  /** Pasted serials in their comparison form. Too many for a URL, so no address holds them. */
  serials?: readonly string[];
}

/** Columns that can be added to the fixed ones, in table order. */
export const chosenColumns = ['serialSource', 'enrolled', 'credits', 'health', 'os', 'agent'] as const;
export type ChosenColumn = (typeof chosenColumns)[number];

export interface DevicesView {
  page: 'devices';
  filter: DeviceFilter;
  /** Columns beside the fixed ones; null: those this browser's user chose last. */
  columns: readonly ChosenColumn[] | null;
  /** Device whose drawer is open. */
  device: string | null;
  panel: 'blocked' | null;
}

/** Pages addressed by path alone; pages.tsx defines what they show. */
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
  /** Search text of the audit log. */
  q?: string;
}

/** Everything that an address shows; parsing it gives the same view again (principle 6 of the console). */
export type View = DevicesView | PathView;

/** The filter fields beside status and order, as named in the API and the address, each with its maximum length. */
const narrowings = { q: 100, tag: 64, model: 64, firmware: 64, unstable: 4, silent: 11, enrolled: 11 } as const;
export type Narrowing = keyof typeof narrowings;
const narrowingNames = Object.keys(narrowings) as Narrowing[];

export const noFilter: DeviceFilter = {
  status: null,
  q: '',
  tag: '',
  model: '',
  firmware: '',
  unstable: '',
  silent: '',
  enrolled: '',
  sort: 'label',
};

/** The part of a filter that an address holds. */
function addressed(filter: DeviceFilter): DeviceFilter {
  const { serials: _, ...rest } = filter;
  return rest;
}

export const devicesView = (filter: DeviceFilter = noFilter): DevicesView => ({
  page: 'devices',
  filter: addressed(filter),
  columns: null,
  device: null,
  panel: null,
});

export const deviceAlone = (id: string): DevicesView => ({ ...devicesView(), device: id });

/** True if the filter shows less than the whole domain, whatever the order. */
export const narrows = (filter: DeviceFilter): boolean => filter.status !== null || searches(filter);

/** True if the filter narrows by anything beside status; the counts by status do not apply then. */
export const searches = (filter: DeviceFilter): boolean => narrowingNames.some((name) => filter[name] !== '');

const oneOf = <T extends string>(values: readonly T[], text: string | null): T | null =>
  values.find((value) => value === text) ?? null;

function narrowingOf(query: URLSearchParams, name: Narrowing): string {
  const text = (query.get(name) ?? '').slice(0, narrowings[name]);
  if (name === 'unstable') return text === 'true' ? text : '';
  return (name === 'silent' || name === 'enrolled') && parseAge(text) === null ? '' : text;
}

/** Drops unknown columns; null if none is named. */
export function columnsOf(text: string | null): readonly ChosenColumn[] | null {
  const named = (text ?? '').split(',');
  const columns = chosenColumns.filter((column) => named.includes(column));
  return columns.length === 0 ? null : columns;
}

/** Parses an address. Unknown parts are ignored, so that an old or mistyped link still opens something. */
export function parseAddress(pathname: string, search: string): View {
  const page = (Object.keys(paths) as PathPage[]).find((name) => paths[name] === pathname);
  const query = new URLSearchParams(search);
  const searched = page === 'audit' ? (query.get('q') ?? '').slice(0, 128) : '';
  if (page !== undefined) return searched === '' ? { page } : { page, q: searched };
  return {
    page: 'devices',
    filter: {
      status: oneOf(deviceStatuses, query.get('status')),
      q: narrowingOf(query, 'q'),
      tag: narrowingOf(query, 'tag'),
      model: narrowingOf(query, 'model'),
      firmware: narrowingOf(query, 'firmware'),
      unstable: narrowingOf(query, 'unstable'),
      silent: narrowingOf(query, 'silent'),
      enrolled: narrowingOf(query, 'enrolled'),
      sort: oneOf(deviceSorts, query.get('sort')) ?? 'label',
    },
    columns: columnsOf(query.get('columns')),
    device: query.get('device'),
    panel: oneOf(['blocked'] as const, query.get('panel')),
  };
}

/** The query string of a filter, as used by the API and the address: only values that differ from the default. */
export function filterQuery(filter: DeviceFilter): URLSearchParams {
  const query = new URLSearchParams();
  if (filter.status !== null) query.set('status', filter.status);
  for (const name of narrowingNames) if (filter[name] !== '') query.set(name, filter[name]);
  if (filter.sort !== 'label') query.set('sort', filter.sort);
  return query;
}

export function addressOf(view: View): string {
  if (view.page !== 'devices') {
    const q = view.q ?? '';
    return q === '' ? paths[view.page] : `${paths[view.page]}?${new URLSearchParams({ q }).toString()}`;
  }
  const query = filterQuery(view.filter);
  if (view.columns !== null && view.columns.length > 0) query.set('columns', view.columns.join(','));
  if (view.device !== null) query.set('device', view.device);
  if (view.panel !== null) query.set('panel', view.panel);
  const text = query.toString();
  return text === '' ? '/devices' : `/devices?${text}`;
}
