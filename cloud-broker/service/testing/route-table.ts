import { alertTries } from './alert-tries.ts';
import { figureTries } from './figure-tries.ts';
import { PASSWORD } from './harness.ts';
import { operatorRows } from './operator-rows.ts';
import { webhookRows } from './webhook-rows.ts';

interface Try {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  body?: object;
}

/** What each route answers the other domain's admin: `not-found`, or a list that shows nothing of ours. */
export type Expected =
  | 'portal'
  | 'not-found'
  | 'own-only'
  | 'made'
  | 'done'
  | 'operator'
  | 'open'
  | 'password-wrong'
  | 'conflict'
  | 'key-mistyped';

/** Ids of springfield that the other domain tries; filled before the tries are made. */
export interface Ids {
  device: string;
  waiting: string;
  block: string;
  key: string;
  user: string;
  session: string;
  batch: string;
  webhook: string;
  view: string;
}

/** Every route, with a try to reach what is springfield's (A4). */
export const routeTable: Record<string, { expected: Expected; try: (ids: Ids) => Try }> = {
  'POST /session': {
    expected: 'open',
    try: () => ({ method: 'POST', url: '/session', body: { user: 'admin@nowhere', password: 'x' } }),
  },
  'GET /session': { expected: 'own-only', try: () => ({ method: 'GET', url: '/session' }) },
  'DELETE /session': { expected: 'open', try: () => ({ method: 'DELETE', url: '/session' }) },
  'POST /signup': { expected: 'open', try: () => ({ method: 'POST', url: '/signup', body: {} }) },
  'GET /signup/names/:name': { expected: 'open', try: () => ({ method: 'GET', url: '/signup/names/springfield' }) },
  'POST /signup/resend': { expected: 'open', try: () => ({ method: 'POST', url: '/signup/resend', body: {} }) },
  'POST /activation/show': { expected: 'open', try: () => ({ method: 'POST', url: '/activation/show', body: {} }) },
  'POST /activation': { expected: 'open', try: () => ({ method: 'POST', url: '/activation', body: {} }) },
  'POST /password/forgot': { expected: 'open', try: () => ({ method: 'POST', url: '/password/forgot', body: {} }) },
  'POST /password/reset/show': { expected: 'open', try: () => ({ method: 'POST', url: '/password/reset/show', body: {} }) },
  'POST /password/reset': { expected: 'open', try: () => ({ method: 'POST', url: '/password/reset', body: {} }) },
  // These name nobody: they are about who calls, whose password is not the one typed here.
  'POST /password': {
    expected: 'password-wrong',
    try: () => ({ method: 'POST', url: '/password', body: { current: 'not the password', password: 'another password' } }),
  },
  'POST /second-factor': {
    expected: 'password-wrong',
    try: () => ({ method: 'POST', url: '/second-factor', body: { password: 'not the password' } }),
  },
  'POST /second-factor/confirm': {
    expected: 'conflict',
    try: () => ({ method: 'POST', url: '/second-factor/confirm', body: { code: '123456' } }),
  },
  'POST /second-factor/off': {
    expected: 'password-wrong',
    try: () => ({ method: 'POST', url: '/second-factor/off', body: { password: 'not the password' } }),
  },
  'GET /users': { expected: 'own-only', try: () => ({ method: 'GET', url: '/users' }) },
  'POST /users': {
    expected: 'made',
    try: () => ({ method: 'POST', url: '/users', body: { name: 'ours', email: 'ours@example.org' } }),
  },
  'PATCH /users/:id': {
    expected: 'not-found',
    try: (ids) => ({ method: 'PATCH', url: `/users/${ids.user}`, body: { role: 'admin', email: 'thief@example.org' } }),
  },
  'DELETE /users/:id': { expected: 'not-found', try: (ids) => ({ method: 'DELETE', url: `/users/${ids.user}` }) },
  'POST /users/:id/resend': {
    expected: 'not-found',
    try: (ids) => ({ method: 'POST', url: `/users/${ids.user}/resend`, body: {} }),
  },
  'POST /invitation/show': { expected: 'open', try: () => ({ method: 'POST', url: '/invitation/show', body: {} }) },
  'POST /invitation': { expected: 'open', try: () => ({ method: 'POST', url: '/invitation', body: {} }) },
  'GET /sessions': { expected: 'own-only', try: () => ({ method: 'GET', url: '/sessions' }) },
  'DELETE /sessions/:id': { expected: 'not-found', try: (ids) => ({ method: 'DELETE', url: `/sessions/${ids.session}` }) },
  'POST /sessions/end-others': {
    expected: 'own-only',
    try: () => ({ method: 'POST', url: '/sessions/end-others', body: {} }),
  },
  'GET /me/views': { expected: 'own-only', try: () => ({ method: 'GET', url: '/me/views' }) },
  'POST /me/views': {
    expected: 'own-only',
    try: () => ({ method: 'POST', url: '/me/views', body: { name: 'North', query: 'tag=south' } }),
  },
  'DELETE /me/views/:id': { expected: 'not-found', try: (ids) => ({ method: 'DELETE', url: `/me/views/${ids.view}` }) },
  'PATCH /me': { expected: 'own-only', try: () => ({ method: 'PATCH', url: '/me', body: { language: 'en' } }) },
  'GET /devices': { expected: 'own-only', try: () => ({ method: 'GET', url: '/devices' }) },
  'GET /devices/counts': { expected: 'own-only', try: () => ({ method: 'GET', url: '/devices/counts' }) },
  'GET /devices/:id': { expected: 'not-found', try: (ids) => ({ method: 'GET', url: `/devices/${ids.device}` }) },
  'POST /devices/import': {
    expected: 'own-only',
    try: () => ({
      method: 'POST',
      url: '/devices/import',
      body: { rows: [{ line: 1, serial: 'S-1', label: 'ours now' }], preview: true },
    }),
  },
  'GET /devices/expected': { expected: 'own-only', try: () => ({ method: 'GET', url: '/devices/expected' }) },
  'DELETE /devices/expected': { expected: 'done', try: () => ({ method: 'DELETE', url: '/devices/expected' }) },
  ...figureTries,
  'PATCH /devices/:id': {
    expected: 'not-found',
    try: (ids) => ({ method: 'PATCH', url: `/devices/${ids.device}`, body: { label: 'ours now' } }),
  },
  'DELETE /devices/:id': { expected: 'not-found', try: (ids) => ({ method: 'DELETE', url: `/devices/${ids.device}` }) },
  // What a filter finds is the caller's own: here nothing. Selections of another's ids are tried in selection.test.ts.
  'GET /devices.csv': { expected: 'own-only', try: () => ({ method: 'GET', url: '/devices.csv' }) },
  'POST /devices/find': {
    expected: 'own-only',
    try: () => ({ method: 'POST', url: '/devices/find', body: { serials: ['S-1', 'unlisted-1'] } }),
  },
  'POST /devices/tags': {
    expected: 'own-only',
    try: () => ({ method: 'POST', url: '/devices/tags', body: { filter: {}, add: ['stolen'] } }),
  },
  'POST /devices/unenrol': {
    expected: 'own-only',
    try: () => ({ method: 'POST', url: '/devices/unenrol', body: { ids: ['nobody'] } }),
  },
  'POST /devices/:id/commands': {
    expected: 'not-found',
    try: (ids) => ({ method: 'POST', url: `/devices/${ids.device}/commands`, body: { name: 'identify' } }),
  },
  'GET /devices/:id/commands': {
    expected: 'not-found',
    try: (ids) => ({ method: 'GET', url: `/devices/${ids.device}/commands` }),
  },
  // What a filter finds is the caller's own: here nothing. A selection of another's ids is tried in commands.test.ts.
  'POST /commands': {
    expected: 'made',
    try: () => ({ method: 'POST', url: '/commands', body: { name: 'identify', filter: {} } }),
  },
  'GET /commands/batches/:id': {
    expected: 'not-found',
    try: (ids) => ({ method: 'GET', url: `/commands/batches/${ids.batch}` }),
  },
  'POST /devices/:id/approve': {
    expected: 'not-found',
    try: (ids) => ({ method: 'POST', url: `/devices/${ids.waiting}/approve`, body: {} }),
  },
  'POST /devices/:id/reject': {
    expected: 'not-found',
    try: (ids) => ({ method: 'POST', url: `/devices/${ids.waiting}/reject`, body: {} }),
  },
  'GET /blocks': { expected: 'own-only', try: () => ({ method: 'GET', url: '/blocks' }) },
  'DELETE /blocks/:id': { expected: 'not-found', try: (ids) => ({ method: 'DELETE', url: `/blocks/${ids.block}` }) },
  'GET /billing': { expected: 'own-only', try: () => ({ method: 'GET', url: '/billing' }) },
  'GET /billing/history': { expected: 'own-only', try: () => ({ method: 'GET', url: '/billing/history' }) },
  'GET /billing/days/:date': { expected: 'not-found', try: () => ({ method: 'GET', url: '/billing/days/2026-01-04' }) },
  'GET /billing/forecast': { expected: 'own-only', try: () => ({ method: 'GET', url: '/billing/forecast?more=1' }) },
  'GET /billing/history.csv': { expected: 'own-only', try: () => ({ method: 'GET', url: '/billing/history.csv' }) },
  'GET /billing/history/folded': { expected: 'own-only', try: () => ({ method: 'GET', url: '/billing/history/folded' }) },
  'POST /billing/redeem': {
    expected: 'key-mistyped',
    try: () => ({ method: 'POST', url: '/billing/redeem', body: { pin: 'of nobody' } }),
  },
  'GET /billing/held': { expected: 'own-only', try: () => ({ method: 'GET', url: '/billing/held' }) },
  ...alertTries,
  'GET /api-keys': { expected: 'own-only', try: () => ({ method: 'GET', url: '/api-keys' }) },
  'POST /api-keys': {
    expected: 'made',
    try: () => ({ method: 'POST', url: '/api-keys', body: { name: 'ours', scopes: ['billing'] } }),
  },
  'DELETE /api-keys/:id': { expected: 'not-found', try: (ids) => ({ method: 'DELETE', url: `/api-keys/${ids.key}` }) },
  ...webhookRows,
  'GET /domain': { expected: 'own-only', try: () => ({ method: 'GET', url: '/domain' }) },
  'PATCH /domain': { expected: 'own-only', try: () => ({ method: 'PATCH', url: '/domain', body: { phone: '555' } }) },
  'POST /domain/pairing-code': { expected: 'own-only', try: () => ({ method: 'POST', url: '/domain/pairing-code', body: {} }) },
  'DELETE /domain/pairing-code': { expected: 'done', try: () => ({ method: 'DELETE', url: '/domain/pairing-code' }) },
  'POST /domain/close': {
    expected: 'own-only',
    try: () => ({ method: 'POST', url: '/domain/close', body: { name: 'shelbyville', password: PASSWORD } }),
  },
  'DELETE /domain/close': { expected: 'done', try: () => ({ method: 'DELETE', url: '/domain/close' }) },
  // What the portal's own sessions reach of others is tried in routes/portal-*.test.ts; a domain's reach nothing.
  'POST /portal/signup': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/signup', body: {} }) },
  'POST /portal/signup/resend': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/signup/resend', body: {} }) },
  'POST /portal/activation/show': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/activation/show', body: {} }) },
  'POST /portal/activation': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/activation', body: {} }) },
  'POST /portal/password/forgot': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/password/forgot', body: {} }) },
  'POST /portal/password/reset/show': {
    expected: 'open',
    try: () => ({ method: 'POST', url: '/portal/password/reset/show', body: {} }),
  },
  'POST /portal/password/reset': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/password/reset', body: {} }) },
  'POST /portal/session': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/session', body: {} }) },
  'GET /portal/session': { expected: 'portal', try: () => ({ method: 'GET', url: '/portal/session' }) },
  'DELETE /portal/session': { expected: 'open', try: () => ({ method: 'DELETE', url: '/portal/session' }) },
  'GET /portal/organizations': { expected: 'portal', try: () => ({ method: 'GET', url: '/portal/organizations' }) },
  'POST /portal/organizations': {
    expected: 'portal',
    try: () => ({ method: 'POST', url: '/portal/organizations', body: { name: 'Springfield schools' } }),
  },
  'GET /portal/organizations/:id/members': {
    expected: 'portal',
    try: () => ({ method: 'GET', url: '/portal/organizations/1/members' }),
  },
  'PATCH /portal/organizations/:id/members/:member': {
    expected: 'portal',
    try: () => ({ method: 'PATCH', url: '/portal/organizations/1/members/1', body: { role: 'admin' } }),
  },
  'DELETE /portal/organizations/:id/members/:member': {
    expected: 'portal',
    try: () => ({ method: 'DELETE', url: '/portal/organizations/1/members/1' }),
  },
  'POST /portal/organizations/:id/invitations': {
    expected: 'portal',
    try: () => ({ method: 'POST', url: '/portal/organizations/1/invitations', body: { email: 'thief@example.org' } }),
  },
  'POST /portal/invitation/show': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/invitation/show', body: {} }) },
  'POST /portal/invitation': { expected: 'open', try: () => ({ method: 'POST', url: '/portal/invitation', body: {} }) },
  'POST /portal/claims/preview': {
    expected: 'portal',
    try: () => ({ method: 'POST', url: '/portal/claims/preview', body: {} }),
  },
  'POST /portal/claims': { expected: 'portal', try: () => ({ method: 'POST', url: '/portal/claims', body: {} }) },
  'GET /portal/subscriptions': { expected: 'portal', try: () => ({ method: 'GET', url: '/portal/subscriptions' }) },
  'GET /portal/subscriptions/:id/boards': {
    expected: 'portal',
    try: () => ({ method: 'GET', url: '/portal/subscriptions/1/boards' }),
  },
  'POST /operator/claims': {
    expected: 'operator',
    try: () => ({ method: 'POST', url: '/operator/claims', body: { invoice: 'INV-1' } }),
  },
  'GET /audit': { expected: 'own-only', try: () => ({ method: 'GET', url: '/audit' }) },
  'GET /events': { expected: 'own-only', try: () => ({ method: 'GET', url: '/events' }) },
  'POST /operator/domains': {
    expected: 'operator',
    try: () => ({
      method: 'POST',
      url: '/operator/domains',
      body: { name: 'ogdenville', email: 'a@example.org', password: 'long enough for it' },
    }),
  },
  'GET /operator/domains': { expected: 'operator', try: () => ({ method: 'GET', url: '/operator/domains' }) },
  'GET /operator/domains/:name': { expected: 'operator', try: () => ({ method: 'GET', url: '/operator/domains/springfield' }) },
  'PATCH /operator/domains/:name/enrolment': {
    expected: 'operator',
    try: () => ({ method: 'PATCH', url: '/operator/domains/springfield/enrolment', body: { unlisted: 'accept' } }),
  },
  'GET /operator/domains/:name/history': {
    expected: 'operator',
    try: () => ({ method: 'GET', url: '/operator/domains/springfield/history' }),
  },
  'POST /operator/register': {
    expected: 'operator',
    try: () => ({ method: 'POST', url: '/operator/register', body: { lines: [] } }),
  },
  'GET /operator/boards/:serial': { expected: 'operator', try: () => ({ method: 'GET', url: '/operator/boards/S-1' }) },
  'POST /operator/backup': {
    expected: 'operator',
    try: () => ({ method: 'POST', url: '/operator/backup', body: { file: '/tmp/b' } }),
  },
  'POST /operator/boards/:serial/make-good': {
    expected: 'operator',
    try: () => ({ method: 'POST', url: '/operator/boards/S-1/make-good', body: { reason: 'x' } }),
  },
  'POST /operator/boards/:serial/release': {
    expected: 'operator',
    try: () => ({ method: 'POST', url: '/operator/boards/S-1/release', body: { reason: 'x' } }),
  },
  ...operatorRows,
  'POST /operator/credits/release': {
    expected: 'operator',
    try: () => ({ method: 'POST', url: '/operator/credits/release', body: { serial: 'S-1' } }),
  },
  'POST /operator/domains/:name/adjust': {
    expected: 'operator',
    try: () => ({ method: 'POST', url: '/operator/domains/springfield/adjust', body: { credits: 1, reason: 'x' } }),
  },
  'POST /operator/domains/:name/reverse': {
    expected: 'operator',
    try: () => ({ method: 'POST', url: '/operator/domains/springfield/reverse', body: { n: 1, reason: 'x' } }),
  },
  'POST /operator/keys': {
    expected: 'operator',
    try: () => ({ method: 'POST', url: '/operator/keys', body: { credits: 1 } }),
  },
};
