import type { QueryClient } from '@tanstack/react-query';
import { countsQuery, devicesQuery, sessionQuery } from '../api/queries.ts';
import type { View } from '../app/address.ts';
import { pages } from './pages.tsx';

/**
 * Requests what the first view needs while its texts still load. Resolves once the signed-in user is known, so that the page itself is drawn first.
 * Never rejects: the component that shows the data requests whatever failed again.
 */
export async function readAhead(client: QueryClient, view: View): Promise<void> {
  if (view.page !== 'devices' && pages[view.page].access === 'open') return;
  if (view.page === 'devices') {
    void client.prefetchInfiniteQuery(devicesQuery(view.filter));
    void client.prefetchQuery(countsQuery);
  }
  await client.prefetchQuery(sessionQuery);
}
