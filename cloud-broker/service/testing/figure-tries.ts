/** The tries of what charts are drawn from, as in route-table.ts. */

const ownOnly = (url: string) => ({ expected: 'own-only' as const, try: () => ({ method: 'GET' as const, url }) });
const ofDevice = (what: string) => ({
  expected: 'not-found' as const,
  try: (ids: { device: string }) => ({ method: 'GET' as const, url: `/devices/${ids.device}/${what}` }),
});

export const figureTries = {
  'GET /overview/kinds': ownOnly('/overview/kinds'),
  'GET /overview/attention': ownOnly('/overview/attention'),
  'GET /overview/presence': ownOnly('/overview/presence'),
  'GET /billing/balance': ownOnly('/billing/balance'),
  'GET /enrolments/refused': ownOnly('/enrolments/refused'),
  'GET /devices/:id/enrolment': ofDevice('enrolment'),
  'GET /devices/:id/health': ofDevice('health'),
  'GET /devices/:id/presence': ofDevice('presence'),
};
