interface OperatorRow {
  expected: 'operator';
  try(): { method: 'GET' | 'POST'; url: string; body?: object };
}

/** The rows of route-table.ts about the clock and the books. */
export const operatorRows: Record<string, OperatorRow> = {
  'GET /operator/clock': { expected: 'operator', try: () => ({ method: 'GET', url: '/operator/clock' }) },
  'POST /operator/clock/accept': {
    expected: 'operator',
    try: () => ({ method: 'POST', url: '/operator/clock/accept', body: {} }),
  },
  'POST /operator/ledger/close-day': {
    expected: 'operator',
    try: () => ({ method: 'POST', url: '/operator/ledger/close-day', body: {} }),
  },
  'POST /operator/ledger/verify': {
    expected: 'operator',
    try: () => ({ method: 'POST', url: '/operator/ledger/verify', body: {} }),
  },
};
