import { useQueryClient } from '@tanstack/react-query';
import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { keys, portalKeys } from '../api/queries.ts';
import { devicesView } from '../app/address.ts';
import { useAddress } from '../app/Address.tsx';
import type { View } from '../app/address.ts';
import type { WordKey } from '../words/words.ts';

/** Whose accounts a page is about. Domains and the Admin Portal have accounts of their own, which know nothing of each other. */
export interface Realm {
  /** Before every path of the API. */
  root: '' | '/portal';
  /** The brand on its cards; null: Rollcall. */
  brand: WordKey | null;
  signIn: View;
  forgot: View;
  /** The page that follows a sign-in. */
  home: View;
  /** The query key of who is signed in. */
  session: QueryKey;
  /** Drops what another user read in this window before, which is not for the next one. */
  newUser: (client: QueryClient) => Promise<void>;
}

export const ofDomains: Realm = {
  root: '',
  brand: null,
  signIn: devicesView(),
  forgot: { page: 'forgot' },
  home: devicesView(),
  session: keys.session,
  newUser: async (client) => {
    client.removeQueries({ predicate: ({ queryKey: [first] }) => first !== keys.session[0] && first !== 'link' });
    await client.invalidateQueries({ queryKey: keys.session });
  },
};

export const ofPortal: Realm = {
  root: '/portal',
  brand: 'portal.title',
  signIn: { page: 'portal' },
  forgot: { page: 'portalForgot' },
  home: { page: 'portalSubscriptions' },
  session: portalKeys.session,
  newUser: async (client) => {
    client.removeQueries({ queryKey: portalKeys.all, predicate: ({ queryKey }) => queryKey[1] !== portalKeys.session[1] });
    await client.invalidateQueries({ queryKey: portalKeys.session });
  },
};

/** What follows a sign-in through a mail's link: opens the realm's first page as the new user. */
export function useEnter({ newUser, home }: Realm): () => Promise<void> {
  const client = useQueryClient();
  const { go } = useAddress();
  return async () => {
    await newUser(client);
    go(home, { replace: true });
  };
}
