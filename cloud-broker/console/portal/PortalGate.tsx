import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Unread } from '../parts/panels.tsx';
import { PortalSignIn } from './PortalSignIn.tsx';
import { portalSessionQuery } from './queries.ts';

/** Nobody sees a portal page before signing in; after that the page in the address is shown. */
export function PortalGate({ children }: { children: ReactNode }) {
  const session = useQuery(portalSessionQuery);
  if (session.data === undefined) return <Unread query={session} meanwhile={null} />;
  return session.data === null ? <PortalSignIn /> : children;
}
