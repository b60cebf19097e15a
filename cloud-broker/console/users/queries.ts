import { useMutation, useQueryClient, infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { endedSessions, sessionsPage, usersPage } from '../../../protocol/api-users.ts';
import type { InviteBody, User, UserPatch, UsersPage } from '../../../protocol/api-users.ts';
import { ask, change, read } from '../api/client.ts';
import { keys } from '../api/queries.ts';

const USERS = ['users'] as const;
const SESSIONS = ['sessions'] as const;

/** All users of the domain, 1,000 at most: few enough to be searched here. */
async function readUsers(signal: AbortSignal): Promise<User[]> {
  const users: User[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: UsersPage = await read(`/users?limit=200${after}`, usersPage, signal);
    users.push(...page.items);
    cursor = page.nextCursor;
  }
  return users;
}

/** No event tells of users, so each visit reads them again. */
export const usersQuery = queryOptions({ queryKey: USERS, queryFn: ({ signal }) => readUsers(signal), staleTime: 0 });

export const ownSessionsQuery = infiniteQueryOptions({
  queryKey: SESSIONS,
  queryFn: ({ pageParam, signal }) =>
    read(`/sessions?limit=50${pageParam === null ? '' : `&cursor=${encodeURIComponent(pageParam)}`}`, sessionsPage, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.nextCursor,
  staleTime: 0,
});

const pathOf = (id: string): string => `/users/${encodeURIComponent(id)}`;

/** After a change, or a refused one, shows users and oneself as they really are. */
function useLookAgain(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: keys.session });
    await client.invalidateQueries({ queryKey: USERS });
  };
}

export function useInvite() {
  const onSettled = useLookAgain();
  return useMutation({ mutationFn: (invite: InviteBody) => change('POST', '/users', invite), onSettled });
}

export function useChangeUser(id: string) {
  const onSettled = useLookAgain();
  return useMutation({ mutationFn: (patch: UserPatch) => change('PATCH', pathOf(id), patch), onSettled });
}

export function useRemoveUser(id: string) {
  const onSettled = useLookAgain();
  return useMutation({ mutationFn: () => change('DELETE', pathOf(id)), onSettled });
}

/** Mails the invitation again; the older link is void from then on. */
export function useResend(id: string) {
  const onSettled = useLookAgain();
  return useMutation({ mutationFn: () => change('POST', `${pathOf(id)}/resend`), onSettled });
}

/** Ends one of the own sessions; the present one too, which leads to sign-in. */
export function useEndSession(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => change('DELETE', `/sessions/${encodeURIComponent(id)}`),
    onSettled: () => client.invalidateQueries({ queryKey: SESSIONS }),
  });
}

export function useEndOthers() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => ask('/sessions/end-others', endedSessions),
    onSettled: () => client.invalidateQueries({ queryKey: SESSIONS }),
  });
}
