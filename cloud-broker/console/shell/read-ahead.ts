import type { QueryClient } from '@tanstack/react-query';
import { countsQuery, devicesQuery, sessionQuery } from '../api/queries.ts';
import type { View } from '../app/address.ts';
import { pages } from './pages.tsx';

/**
 * Asks for what the first view needs while its words still load; resolves when it is known who is signed in, so that the first
 * thing drawn is the page itself. Never rejects: what could not be read is asked for again by who shows it.
 */
export async function readAhead(client: QueryClient, view: View): Promise<void> {
  if (view.page !== 'devices' && pages[view.page].access === 'open') return;
  if (view.page === 'devices') {
    void client.prefetchInfiniteQuery(devicesQuery(view.filter));
    void client.prefetchQuery(countsQuery);
  }
  await client.prefetchQuery(sessionQuery);
}
