import { createContext, use } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../protocol/api.ts';
import { useLost } from '../live/Live.tsx';

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** Who is signed in, and to which domain. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error('useSession outside of SessionProvider');
  return session;
}

/** Whom to ask, in words: `marge, homer`; null where nobody is signed in, or nobody else could. */
export function useAdmins(): string | null {
  const admins = use(SessionContext)?.domain.admins ?? [];
  return admins.length === 0 ? null : admins.join(', ');
}

/** What may be changed now. The service decides; this only spares a click that it would refuse. */
export interface Allowed {
  /** Approving and editing: not by a plain user (D6), not without credits (D5), not while the link is lost. */
  change: boolean;
  /** Unenrolling, rejecting and lifting, which work without credits too (D5). */
  remove: boolean;
}

export function useAllowed(): Allowed {
  const { role, domain } = useSession();
  const remove = !useLost() && role !== 'user';
  return { change: remove && domain.status !== 'disabled', remove };
}
