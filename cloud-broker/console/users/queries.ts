import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { endedSessions, sessionsPage, usersPage } from '../../../protocol/api-users.ts';
import type { InviteBody, User, UserPatch, UsersPage } from '../../../protocol/api-users.ts';
import { ask, change, read } from '../api/client.ts';
import { inPages, pathOfPage, type Cursor } from '../api/pages.ts';
import { keys } from '../api/queries.ts';
import { useChange } from '../api/use-change.ts';

const USERS = ['users'] as const;
const SESSIONS = ['sessions'] as const;

/** All users of the domain, 1,000 at most: few enough to search here. */
async function readUsers(signal: AbortSignal): Promise<User[]> {
  const users: User[] = [];
  let cursor: Cursor = null;
  do {
    const page: UsersPage = await read(pathOfPage('/users', 200, cursor), usersPage, signal);
    users.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return users;
}

/** No event reports users, so each visit reads them again. */
export const usersQuery = queryOptions({ queryKey: USERS, queryFn: ({ signal }) => readUsers(signal), staleTime: 0 });

export const ownSessionsQuery = infiniteQueryOptions({
  queryKey: SESSIONS,
  ...inPages('/sessions', sessionsPage, 50),
  staleTime: 0,
});

const pathOf = (id: string): string => `/users/${encodeURIComponent(id)}`;

/** After a change, or a refused one, users and oneself are shown as they really are. */
const useUserChange = <Input = void>(made: (input: Input) => Promise<void>) => useChange(made, keys.session, USERS);

export const useInvite = () => useUserChange((invite: InviteBody) => change('POST', '/users', invite));
export const useChangeUser = (id: string) => useUserChange((patch: UserPatch) => change('PATCH', pathOf(id), patch));
export const useRemoveUser = (id: string) => useUserChange(() => change('DELETE', pathOf(id)));
/** Mails the invitation again; this makes the older link invalid. */
export const useResend = (id: string) => useUserChange(() => change('POST', `${pathOf(id)}/resend`));

/** Ends one of the user's own sessions; ending the present one leads to sign-in. */
export const useEndSession = (id: string) => useChange(() => change('DELETE', `/sessions/${encodeURIComponent(id)}`), SESSIONS);
export const useEndOthers = () => useChange(() => ask('/sessions/end-others', endedSessions), SESSIONS);
