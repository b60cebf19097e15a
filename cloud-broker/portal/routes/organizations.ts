import type { WithPortal } from '../portal.ts';
import { portalMails } from '../mails.ts';
import type { FastifyRequest } from 'fastify';
import { linkBody } from '../../../protocol/api-access.ts';
import {
  portalAcceptBody,
  portalAccepted,
  portalInvitation,
  portalInvitationBody,
  portalMember,
  portalMemberParams,
  portalMemberPatch,
  portalMembersPage,
  portalOrganization,
  portalOrganizationBody,
  portalOrganizationsPage,
  portalPageQuery,
  type PortalMember,
} from '../../../protocol/api-portal.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { newLink } from '../../identity/access.ts';
import { demandEmail, shownEmail } from '../../identity/emails.ts';
import { fromOf, openPost } from '../../identity/routes.ts';
import { newOrganizationId } from '../accounts.ts';
import { demandMember } from '../rows.ts';
import { isoTime, nullableIsoTime } from '../../store/paging.ts';
import { listMembers, listOrganizations, memberView } from '../queries.ts';
import { emptyBody, idParams, nothing, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { languageOf } from '../../http/language.ts';
import { askedInPortal, personOf } from '../gate.ts';

const tags = ['portal: organizations'];

type MemberView = NonNullable<Awaited<ReturnType<typeof memberView>>>;

function presentMember(request: FastifyRequest, { id, userId, email, name, role, sinceAt, expiresAt }: MemberView): PortalMember {
  const you = userId !== null && userId === personOf(request).userId;
  return { id, email: shownEmail(email), name, role, since: isoTime(sinceAt), invitedUntil: nullableIsoTime(expiresAt), you };
}

export function organizationRoutes(api: Api, deps: HttpDeps & WithPortal): void {
  const { store, random } = deps;
  api.get(
    '/organizations',
    {
      schema: {
        tags,
        summary: 'List your organizations',
        querystring: portalPageQuery,
        response: { 200: portalOrganizationsPage, ...refusals },
      },
    },
    async (request) => listOrganizations(store.reader, personOf(request).userId, request.query),
  );

  api.post(
    '/organizations',
    {
      schema: {
        tags,
        summary: 'Create an organization and become its admin',
        body: portalOrganizationBody,
        response: { 201: portalOrganization, ...refusals },
      },
    },
    async (request, reply) => {
      const { name } = request.body;
      const id = newOrganizationId(random);
      await store.write('createOrganization', { ...askedInPortal(request, deps), id, name });
      return reply.code(201).send({ id, name, role: 'admin', members: 1 });
    },
  );

  api.get(
    '/organizations/:id/members',
    {
      schema: {
        tags,
        summary: 'List members and open invitations',
        params: idParams,
        querystring: portalPageQuery,
        response: { 200: portalMembersPage, ...refusals },
      },
    },
    async (request) => {
      await demandMember(store.reader, personOf(request).userId, request.params.id);
      const page = await listMembers(store.reader, request.params.id, request.query);
      return { ...page, items: page.items.map((row) => presentMember(request, row)) };
    },
  );
}

export function memberRoutes(api: Api, deps: HttpDeps & WithPortal): void {
  const { store } = deps;
  api.patch(
    '/organizations/:id/members/:member',
    {
      schema: {
        tags,
        summary: 'Update the role of a member, as an admin',
        params: portalMemberParams,
        body: portalMemberPatch,
        response: { 200: portalMember, ...refusals },
      },
    },
    async (request) => {
      const { id: organizationId, member: memberId } = request.params;
      await store.write('changePortalMember', {
        ...askedInPortal(request, deps),
        organizationId,
        memberId,
        role: request.body.role,
      });
      const view = await memberView(store.reader, organizationId, memberId);
      if (view === null) throw new RollcallError('not-found');
      return presentMember(request, view);
    },
  );

  api.delete(
    '/organizations/:id/members/:member',
    {
      schema: {
        tags,
        summary: 'Remove a member or an invitation, or leave; the last admin stays',
        params: portalMemberParams,
        body: emptyBody,
        response: { 204: nothing, ...refusals },
      },
    },
    async (request, reply) => {
      const { id: organizationId, member: memberId } = request.params;
      await store.write('removePortalMember', { ...askedInPortal(request, deps), organizationId, memberId });
      return reply.code(204).send();
    },
  );
}

/** Invitations and the pages their links lead to. The page reads with `show`, which changes nothing (D2). */
export function portalInvitationRoutes(api: Api, deps: HttpDeps & WithPortal): void {
  const { store, clock } = deps;
  const { accounts } = deps.portal;
  api.post(
    '/organizations/:id/invitations',
    {
      schema: {
        tags,
        summary: 'Invite by e-mail, as an admin; repeating sends a new link',
        params: idParams,
        body: portalInvitationBody,
        response: { 201: portalMember, ...refusals },
      },
    },
    async (request, reply) => {
      const { id: organizationId } = request.params;
      const email = demandEmail(request.body.email);
      const { language, userId } = personOf(request);
      await demandMember(store.reader, userId, organizationId);
      accounts.limits.askedMail(userId, email, clock());
      const link = newLink(deps, portalMails.invitation);
      const invite = { organizationId, email, role: request.body.role, language, link };
      const { memberId } = await store.write('invitePortalMember', { ...askedInPortal(request, deps), ...invite });
      const view = await memberView(store.reader, organizationId, memberId);
      if (view === null) throw new RollcallError('not-found');
      return reply.code(201).send(presentMember(request, view));
    },
  );

  openPost(
    api,
    '/invitation/show',
    { tags, summary: 'Show what a link invites to', body: linkBody, answer: portalInvitation },
    async ({ token }, { ip }) => accounts.showInvitation(token, ip),
  );

  openPost(
    api,
    '/invitation',
    {
      tags,
      summary: 'Join by link: by session or password of the invited e-mail, or a new account',
      body: portalAcceptBody,
      answer: portalAccepted,
    },
    async (body, request) => {
      const language = languageOf(request.headers['accept-language']);
      return accounts.accept({ ...body, language }, request.portalUser, fromOf(request));
    },
  );
}
