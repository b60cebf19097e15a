import { useSyncExternalStore } from 'react';

const read = (): string => new URLSearchParams(window.location.hash.slice(1)).get('token') ?? '';

function onNewLink(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

/** The token of a mail's link: it stands behind `#`, which browsers send to no server. Empty without one. */
export function useLinkToken(): string {
  return useSyncExternalStore(onNewLink, read);
}
