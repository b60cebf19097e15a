import { defaultAlertSettings } from '../../alerts/rules/settings.ts';

const ownOnly = (method: 'GET' | 'PUT' | 'POST', url: string, body?: object) => ({
  expected: 'own-only' as const,
  try: () => ({ method, url, ...(body === undefined ? {} : { body }) }),
});

/** Tries at another domain's alerts (A4): each route answers with the caller's own. */
export const alertTries = {
  'GET /alerts': ownOnly('GET', '/alerts'),
  'GET /alerts/settings': ownOnly('GET', '/alerts/settings'),
  'PUT /alerts/settings': ownOnly('PUT', '/alerts/settings', { ...defaultAlertSettings, mailbox: 'thief@example.org' }),
  'POST /alerts/preview': ownOnly('POST', '/alerts/preview', defaultAlertSettings),
};
