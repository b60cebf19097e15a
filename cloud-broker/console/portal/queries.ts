import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import {
  portalBoardsPage,
  portalMembersPage,
  portalOrganizationsPage,
  portalPerson,
  portalSubscriptionsPage,
  type PortalOrganization,
} from '../../../protocol/api-portal.ts';
import { read } from '../api/client.ts';
import { inPages, pathOfPage } from '../api/pages.ts';
import { ifSignedIn, portalKeys } from '../api/queries.ts';

/** Who is signed in to the portal; null when nobody is. */
export const portalSessionQuery = queryOptions({
  queryKey: portalKeys.session,
  queryFn: ({ signal }) => ifSignedIn(read('/portal/session', portalPerson, signal)),
});

/** All organisations of the person, 50 at most. No event tells of them, so each visit reads them again. */
export const organizationsQuery = queryOptions({
  queryKey: portalKeys.organizations,
  queryFn: async ({ signal }): Promise<PortalOrganization[]> =>
    (await read(pathOfPage('/portal/organizations', 200, null), portalOrganizationsPage, signal)).items,
  staleTime: 0,
});

export const membersQuery = (organizationId: string) =>
  infiniteQueryOptions({
    queryKey: [...portalKeys.members, organizationId],
    ...inPages(`/portal/organizations/${encodeURIComponent(organizationId)}/members`, portalMembersPage, 50),
    staleTime: 0,
  });

export const subscriptionsQuery = infiniteQueryOptions({
  queryKey: portalKeys.subscriptions,
  ...inPages('/portal/subscriptions', portalSubscriptionsPage, 20),
  staleTime: 0,
});

export const boardsQuery = (subscriptionId: string) =>
  infiniteQueryOptions({
    queryKey: [...portalKeys.boards, subscriptionId],
    ...inPages(`/portal/subscriptions/${encodeURIComponent(subscriptionId)}/boards`, portalBoardsPage, 200),
  });

/** A change in the portal; all that is shown of it is read again, whatever came of it. */
export function usePortalChange<Input = void, Output = void>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationKey: portalKeys.all,
    mutationFn,
    onSettled: () =>
      client.invalidateQueries({ queryKey: portalKeys.all, predicate: ({ queryKey }) => queryKey[1] !== portalKeys.session[1] }),
  });
}
