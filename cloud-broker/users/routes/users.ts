import type { WithAccounts } from '../accounts.ts';
import type { FastifyRequest } from 'fastify';
import { linkBody, linkPasswordBody } from '../../../protocol/api-access.ts';
import {
  inviteBody,
  invitation,
  joined,
  user as userSchema,
  userPatch,
  usersPage,
  usersQuery,
  type User,
} from '../../../protocol/api-users.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import type { AskedByUser } from '../operations/users.ts';
import { languageOfUser, listUsers, userView } from '../queries/user-list.ts';
import { callerOf } from '../../http/access.ts';
import { fromOf, openPost } from '../../identity/routes.ts';
import { askedBy, emptyBody, idParams, nothing, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';

/** The requester of a change, with their user id and session. */
export function askedByUser(request: FastifyRequest, deps: Pick<HttpDeps, 'clock'>): AskedByUser {
  const { userId, sessionId } = callerOf(request);
  return { ...askedBy(request, deps), actorId: userId, sessionId };
}

const tags = ['users'];
const config = { access: 'admin' } as const;

/** A user of the caller's domain. Refuses with `not-found`, also for users of another domain (A4). */
async function userOf(deps: HttpDeps & WithAccounts, request: FastifyRequest, id: string): Promise<User> {
  const view = await userView(deps.store.reader, callerOf(request).domainId, id, deps.clock());
  if (view === null) throw new RollcallError('not-found');
  return view;
}

/** D6: users of the domain. Closed to API keys and to admins with tags, as neither sees the whole domain. */
export function userRoutes(api: Api, deps: HttpDeps & WithAccounts): void {
  const { store, accounts } = deps;
  api.get(
    '/users',
    {
      config,
      schema: { tags, summary: 'List users', querystring: usersQuery, response: { 200: usersPage, ...refusals } },
    },
    async (request) => listUsers(store.reader, callerOf(request).domainId, request.query, deps.clock()),
  );

  api.patch(
    '/users/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Update a user; a new role, tags or Billing access ends their sessions',
        params: idParams,
        body: userPatch,
        response: { 200: userSchema, ...refusals },
      },
    },
    async (request) => {
      await accounts.users.change(askedByUser(request, deps), request.params.id, request.body);
      return userOf(deps, request, request.params.id);
    },
  );

  api.delete(
    '/users/:id',
    {
      config,
      schema: { tags, summary: 'Delete a user', params: idParams, body: emptyBody, response: { 204: nothing, ...refusals } },
    },
    async (request, reply) => {
      await store.write('removeUser', { ...askedByUser(request, deps), id: request.params.id });
      return reply.code(204).send();
    },
  );
}

/** D6: invitations by admins. */
export function invitingRoutes(api: Api, deps: HttpDeps & WithAccounts): void {
  const { users } = deps.accounts;
  api.post(
    '/users',
    {
      config,
      schema: {
        tags,
        summary: 'Invite a user by e-mail',
        body: inviteBody,
        response: { 201: userSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const language = request.body.language ?? (await languageOfUser(deps.store.reader, callerOf(request).userId));
      const { id } = await users.invite(askedByUser(request, deps), { ...request.body, language });
      return reply.code(201).send(await userOf(deps, request, id));
    },
  );

  api.post(
    '/users/:id/resend',
    {
      config,
      schema: {
        tags,
        summary: 'Send the invitation again; the older link becomes void',
        params: idParams,
        body: emptyBody,
        response: { 200: userSchema, ...refusals },
      },
    },
    async (request) => {
      await users.resend(askedByUser(request, deps), request.params.id);
      return userOf(deps, request, request.params.id);
    },
  );
}

/** D2: the page of the mailed link reads with `show`, which changes nothing; only the button with a password joins. */
export function invitationRoutes(api: Api, { accounts: { users } }: HttpDeps & WithAccounts): void {
  openPost(
    api,
    '/invitation/show',
    { tags, summary: 'Show what a link invites to', body: linkBody, answer: invitation },
    async ({ token }, { ip }) => users.show(token, ip),
  );

  openPost(
    api,
    '/invitation',
    { tags, summary: 'Accept an invitation with its link and a new password', body: linkPasswordBody, answer: joined },
    async ({ token, password }, request) => users.accept(token, password, fromOf(request)),
  );
}
