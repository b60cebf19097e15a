interface Try {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  url: string;
  body?: object;
}

interface WebhookId {
  webhook: string;
}

/** The rows of route-table.ts about webhooks. */
export const webhookRows = {
  'GET /webhooks': { expected: 'own-only', try: () => ({ method: 'GET', url: '/webhooks' }) },
  'POST /webhooks': {
    expected: 'made',
    try: () => ({ method: 'POST', url: '/webhooks', body: { url: 'https://hooks.example.org/', types: ['device'] } }),
  },
  'PATCH /webhooks/:id': {
    expected: 'not-found',
    try: (ids: WebhookId) => ({ method: 'PATCH', url: `/webhooks/${ids.webhook}`, body: { url: 'https://thief.example.org/' } }),
  },
  'DELETE /webhooks/:id': {
    expected: 'not-found',
    try: (ids: WebhookId) => ({ method: 'DELETE', url: `/webhooks/${ids.webhook}` }),
  },
  'POST /webhooks/:id/secret': {
    expected: 'not-found',
    try: (ids: WebhookId) => ({ method: 'POST', url: `/webhooks/${ids.webhook}/secret`, body: {} }),
  },
  'POST /webhooks/:id/test': {
    expected: 'not-found',
    try: (ids: WebhookId) => ({ method: 'POST', url: `/webhooks/${ids.webhook}/test`, body: {} }),
  },
  'GET /webhooks/:id/deliveries': {
    expected: 'not-found',
    try: (ids: WebhookId) => ({ method: 'GET', url: `/webhooks/${ids.webhook}/deliveries` }),
  },
  'POST /webhooks/:id/deliveries/:deliveryId/retry': {
    expected: 'not-found',
    try: (ids: WebhookId) => ({ method: 'POST', url: `/webhooks/${ids.webhook}/deliveries/1/retry`, body: {} }),
  },
} satisfies Record<string, { expected: 'own-only' | 'made' | 'not-found'; try: (ids: WebhookId) => Try }>;
