import { infiniteQueryOptions } from '@tanstack/react-query';
import { auditPage } from '../../../protocol/api-audit.ts';
import { inPages } from '../api/pages.ts';

const ROWS = 50;

/** No event reports audit rows, so each visit reads them again. */
export const auditQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['audit', q],
    ...inPages('/audit', auditPage, ROWS, q === '' ? {} : { q }),
    staleTime: 0,
    gcTime: 60_000,
  });
