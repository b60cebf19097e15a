import { useSyncExternalStore } from 'react';

const read = (): string => new URLSearchParams(window.location.hash.slice(1)).get('token') ?? '';

function onNewLink(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

/** The token from a mail's link. It comes after `#`, which browsers never send to a server. Empty if there is none. */
export function useLinkToken(): string {
  return useSyncExternalStore(onNewLink, read);
}
