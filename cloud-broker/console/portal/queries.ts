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

/** The user signed in to the portal; null if nobody is. */
export const portalSessionQuery = queryOptions({
  queryKey: portalKeys.session,
  queryFn: ({ signal }) => ifSignedIn(read('/portal/session', portalPerson, signal)),
});

/** All organisations of the user, 50 at most. No event reports them, so each visit reads them again. */
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

/** A change in the portal. All portal data shown is read again, whatever the outcome. */
export function usePortalChange<Input = void, Output = void>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationKey: portalKeys.all,
    mutationFn,
    onSettled: () =>
      client.invalidateQueries({ queryKey: portalKeys.all, predicate: ({ queryKey }) => queryKey[1] !== portalKeys.session[1] }),
  });
}
