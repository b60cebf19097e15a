import type { WithPortal } from '../portal.ts';
import {
  portalEmailBody,
  portalLinkBody,
  portalLinkPasswordBody,
  portalPerson,
  portalSignedUp,
  portalSignInBody,
  portalSignUpBody,
} from '../../../protocol/api-portal.ts';
import { emptyBody, nothing, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { languageOf } from '../../http/language.ts';
import { shownPerson } from '../accounts.ts';
import { fromOf, personOf } from '../gate.ts';

const tags = ['portal: access'];
const config = { access: 'open' } as const;

/** K3, D2: an account of the portal, apart from every domain. */
export function portalSignUpRoutes(api: Api, { portal: { accounts } }: HttpDeps & WithPortal): void {
  api.post(
    '/signup',
    {
      config,
      schema: {
        tags,
        summary: 'Sign up to the Admin Portal; an e-mail brings the activation link',
        body: portalSignUpBody,
        response: { 201: portalSignedUp, ...refusals },
      },
    },
    async (request, reply) => {
      const { name, organization = name, language = languageOf(request.headers['accept-language']), ...rest } = request.body;
      return reply.code(201).send(await accounts.signUp({ ...rest, name, organization, language }, fromOf(request)));
    },
  );

  api.post(
    '/signup/resend',
    {
      config,
      schema: {
        tags,
        summary: 'Send the activation link again; the older one becomes void',
        body: portalEmailBody,
        response: { 202: nothing, ...refusals },
      },
    },
    async (request, reply) => {
      accounts.resend(request.body.email, request.ip);
      return reply.code(202).send();
    },
  );

  api.post(
    '/activation/show',
    {
      config,
      schema: {
        tags,
        summary: 'Show what an activation link activates',
        body: portalLinkBody,
        response: { 200: portalPerson, ...refusals },
      },
    },
    async (request) => accounts.showActivation(request.body.token, request.ip),
  );

  api.post(
    '/activation',
    {
      config,
      schema: {
        tags,
        summary: 'Activate an account with its link and password',
        body: portalLinkPasswordBody,
        response: { 200: portalPerson, ...refusals },
      },
    },
    async (request) => accounts.activate(request.body.token, request.body.password, fromOf(request)),
  );
}

export function portalPasswordRoutes(api: Api, { portal: { accounts } }: HttpDeps & WithPortal): void {
  api.post(
    '/password/forgot',
    {
      config,
      schema: {
        tags,
        summary: 'Send an e-mail with a link to choose a new password',
        body: portalEmailBody,
        response: { 202: nothing, ...refusals },
      },
    },
    async (request, reply) => {
      accounts.forgot(request.body.email, request.ip);
      return reply.code(202).send();
    },
  );

  api.post(
    '/password/reset/show',
    {
      config,
      schema: {
        tags,
        summary: 'Show whose password a link resets',
        body: portalLinkBody,
        response: { 200: portalPerson, ...refusals },
      },
    },
    async (request) => accounts.showReset(request.body.token, request.ip),
  );

  api.post(
    '/password/reset',
    {
      config,
      schema: {
        tags,
        summary: 'Reset the password by link; ends all sessions',
        body: portalLinkPasswordBody,
        response: { 204: nothing, ...refusals },
      },
    },
    async (request, reply) => {
      await accounts.reset(request.body.token, request.body.password, fromOf(request));
      return reply.code(204).send();
    },
  );
}

export function portalSessionRoutes(api: Api, { portal: { accounts } }: HttpDeps & WithPortal): void {
  api.post(
    '/session',
    {
      config,
      schema: { tags, summary: 'Sign in by e-mail', body: portalSignInBody, response: { 200: portalPerson, ...refusals } },
    },
    async (request, reply) => {
      const { email: typed, password } = request.body;
      const attempt = { typed, password, address: request.ip, userAgent: request.headers['user-agent'] };
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
    { config, schema: { tags, summary: 'Sign out', body: emptyBody, response: { 204: nothing, ...refusals } } },
    async (request, reply) => {
      const cookies = await accounts.sessions.signOut(request.headers.cookie);
      return reply.header('set-cookie', cookies).code(204).send();
    },
  );
}
