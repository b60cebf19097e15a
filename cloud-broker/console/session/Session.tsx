import { createContext, use } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../protocol/api.ts';
import { useLost } from '../live/Live.tsx';

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** The signed-in user and their domain. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error('useSession outside of SessionProvider');
  return session;
}

/** The admins to ask, as text: `marge, homer`; null if nobody is signed in or there is no other admin. */
export function useAdmins(): string | null {
  const admins = use(SessionContext)?.domain.admins ?? [];
  return admins.length === 0 ? null : admins.join(', ');
}

/** What the user may change now. The service decides; this only prevents clicks that it would refuse. */
export interface Allowed {
  /** Approving and editing: denied to plain users (D6), without credits (D5) and while the link is lost. */
  change: boolean;
  /** Unenrolling, rejecting and lifting blocks; these also work without credits (D5). */
  remove: boolean;
}

export function useAllowed(): Allowed {
  const { role, domain } = useSession();
  const remove = !useLost() && role !== 'user';
  return { change: remove && domain.status !== 'disabled', remove };
}
