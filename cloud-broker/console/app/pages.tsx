import { lazy } from 'react';
import type { ComponentType } from 'react';
import type { WordKey } from '../words/words.ts';
import type { PathPage } from './address.ts';

interface PageEntry {
  title: WordKey;
  /** Loaded when it is first opened: the first page of the console stays small. */
  Page: ComponentType;
  /** `open`: shown without a session too, and without the console's header (sign-up, links of mails). */
  access: 'signed-in' | 'open';
}

/** Every page beside Devices; its path is in address.ts. */
export const pages: Record<PathPage, PageEntry> = {
  billing: {
    title: 'billing.title',
    Page: lazy(async () => ({ default: (await import('../billing/BillingPage.tsx')).BillingPage })),
    access: 'signed-in',
  },
};
