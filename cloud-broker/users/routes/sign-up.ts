import type { WithAccounts } from '../accounts.ts';
import {
  activateBody,
  activation,
  linkBody,
  nameParams,
  nameVerdict,
  resendBody,
  signedUp,
  signUpBody,
} from '../../../protocol/api-access.ts';
import { shownEmail } from '../../identity/emails.ts';
import { nothing, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { languageOf } from '../../http/language.ts';

const tags = ['sign-up'];
const config = { access: 'open' } as const;

/** D1, D2: how a domain begins. Nothing here asks for a session or gives one. */
export function signUpRoutes(api: Api, { accounts: { signUps } }: HttpDeps & WithAccounts): void {
  api.post(
    '/signup',
    {
      config,
      schema: {
        tags,
        summary: 'Sign up a domain; an e-mail brings the activation link',
        body: signUpBody,
        response: { 201: signedUp, ...refusals },
      },
    },
    async (request, reply) => {
      const language = request.body.language ?? languageOf(request.headers['accept-language']);
      const { name, user, email } = await signUps.signUp({ ...request.body, language }, request.ip);
      return reply.code(201).send({ name, user, email: shownEmail(email) });
    },
  );

  api.get(
    '/signup/names/:name',
    {
      config,
      schema: {
        tags,
        summary: 'Check whether a domain name is available',
        params: nameParams,
        response: { 200: nameVerdict, ...refusals },
      },
    },
    async (request) => signUps.checkName(request.params.name, request.ip),
  );

  api.post(
    '/signup/resend',
    {
      config,
      schema: {
        tags,
        summary: 'Send the activation link again; the older one becomes void',
        body: resendBody,
        response: { 202: nothing, ...refusals },
      },
    },
    async (request, reply) => {
      signUps.resend(request.body.name, request.body.email, request.ip);
      return reply.code(202).send();
    },
  );
}

/** D2: the page of the mail's link looks with `show`, which changes nothing; only link and password together activate. */
export function activationRoutes(api: Api, { accounts: { signUps } }: HttpDeps & WithAccounts): void {
  api.post(
    '/activation/show',
    {
      config,
      schema: {
        tags,
        summary: 'Show what an activation link activates',
        body: linkBody,
        response: { 200: activation, ...refusals },
      },
    },
    async (request) => signUps.show(request.body.token, request.ip),
  );

  api.post(
    '/activation',
    {
      config,
      schema: {
        tags,
        summary: 'Activate a domain with its link and password',
        body: activateBody,
        response: { 200: activation, ...refusals },
      },
    },
    async (request) => signUps.activate(request.body.token, request.body.password, request.ip),
  );
}
