import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useState, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { createHub } from './hub.ts';
import type { LiveHub, LiveState } from './hub.ts';

const LiveContext = createContext<LiveHub | null>(null);

/** Keeps the event stream open while a user is signed in. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [hub] = useState(() => createHub(client));
  useEffect(() => hub.start(), [hub]);
  return <LiveContext value={hub}>{children}</LiveContext>;
}

export function useHub(): LiveHub {
  const hub = use(LiveContext);
  if (hub === null) throw new Error('useHub outside of LiveProvider');
  return hub;
}

/** One part of the live state; the component re-renders only when that part changes. */
export function useLive<T>(part: (state: LiveState) => T): T {
  const hub = useHub();
  return useSyncExternalStore(hub.subscribe, () => part(hub.state()));
}

/** True while the link is lost: the data is old and changes are disabled. */
export const useLost = (): boolean => useLive((state) => state.link === 'lost');
