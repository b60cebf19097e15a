import type { WithPortal } from '../portal.ts';
import { linkBody, linkPasswordBody } from '../../../protocol/api-access.ts';
import {
  portalEmailBody,
  portalPerson,
  portalSignedUp,
  portalSignInBody,
  portalSignUpBody,
} from '../../../protocol/api-portal.ts';
import { emptyBody, nothing, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { languageOf } from '../../http/language.ts';
import { fromOf, openPost } from '../../identity/routes.ts';
import { shownPerson } from '../accounts.ts';
import { personOf } from '../gate.ts';

const tags = ['portal: access'];

/** K3, D2: portal accounts, separate from every domain. */
export function portalSignUpRoutes(api: Api, { portal: { accounts } }: HttpDeps & WithPortal): void {
  openPost(
    api,
    '/signup',
    {
      tags,
      summary: 'Sign up to the Admin Portal; an e-mail brings the activation link',
      body: portalSignUpBody,
      status: 201,
      answer: portalSignedUp,
    },
    async (body, request) => {
      const { name, organization = name, language = languageOf(request.headers['accept-language']), ...rest } = body;
      return accounts.signUp({ ...rest, name, organization, language }, fromOf(request));
    },
  );

  openPost(
    api,
    '/signup/resend',
    { tags, summary: 'Send the activation link again; the older one becomes void', body: portalEmailBody, status: 202 },
    ({ email }, { ip }) => accounts.resend(email, ip),
  );

  openPost(
    api,
    '/activation/show',
    { tags, summary: 'Show what an activation link activates', body: linkBody, answer: portalPerson },
    async ({ token }, { ip }) => accounts.showActivation(token, ip),
  );

  openPost(
    api,
    '/activation',
    { tags, summary: 'Activate an account with its link and password', body: linkPasswordBody, answer: portalPerson },
    async ({ token, password }, request) => accounts.activate(token, password, fromOf(request)),
  );
}

export function portalPasswordRoutes(api: Api, { portal: { accounts } }: HttpDeps & WithPortal): void {
  openPost(
    api,
    '/password/forgot',
    { tags, summary: 'Send an e-mail with a link to choose a new password', body: portalEmailBody, status: 202 },
    ({ email }, { ip }) => accounts.forgot(email, ip),
  );

  openPost(
    api,
    '/password/reset/show',
    { tags, summary: 'Show whose password a link resets', body: linkBody, answer: portalPerson },
    async ({ token }, { ip }) => accounts.showReset(token, ip),
  );

  openPost(
    api,
    '/password/reset',
    { tags, summary: 'Reset the password by link; ends all sessions', body: linkPasswordBody, status: 204 },
    async ({ token, password }, request) => accounts.reset(token, password, fromOf(request)),
  );
}

export function portalSessionRoutes(api: Api, { portal: { accounts } }: HttpDeps & WithPortal): void {
  openPost(
    api,
    '/session',
    { tags, summary: 'Sign in by e-mail', body: portalSignInBody, answer: portalPerson },
    async ({ email: typed, password }, { ip: address, headers }, reply) => {
      const attempt = { typed, password, address, userAgent: headers['user-agent'] };
      const { person, cookies } = await accounts.sessions.signIn(attempt);
      void reply.header('set-cookie', cookies);
      return shownPerson(person);
    },
  );

  api.get(
    '/session',
    { schema: { tags, summary: 'Get the signed-in user', response: { 200: portalPerson, ...refusals } } },
    async (request) => shownPerson(personOf(request)),
  );

  api.delete(
    '/session',
    {
      config: { access: 'open' },
      schema: { tags, summary: 'Sign out', body: emptyBody, response: { 204: nothing, ...refusals } },
    },
    async (request, reply) => {
      const cookies = await accounts.sessions.signOut(request.headers.cookie);
      return reply.header('set-cookie', cookies).code(204).send();
    },
  );
}
