import type { WithAccounts } from '../accounts.ts';
import {
  activation,
  linkBody,
  linkPasswordBody,
  nameParams,
  nameVerdict,
  resendBody,
  signedUp,
  signUpBody,
} from '../../../protocol/api-access.ts';
import { shownEmail } from '../../identity/emails.ts';
import { openPost } from '../../identity/routes.ts';
import { refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { languageOf } from '../../http/language.ts';

const tags = ['sign-up'];

/** D1, D2: creation of a domain. These routes neither require nor give a session. */
export function signUpRoutes(api: Api, { accounts: { signUps } }: HttpDeps & WithAccounts): void {
  openPost(
    api,
    '/signup',
    { tags, summary: 'Sign up a domain; an e-mail brings the activation link', body: signUpBody, status: 201, answer: signedUp },
    async (body, { headers, ip }) => {
      const language = body.language ?? languageOf(headers['accept-language']);
      const { name, user, email } = await signUps.signUp({ ...body, language }, ip);
      return { name, user, email: shownEmail(email) };
    },
  );

  api.get(
    '/signup/names/:name',
    {
      config: { access: 'open' },
      schema: {
        tags,
        summary: 'Check whether a domain name is available',
        params: nameParams,
        response: { 200: nameVerdict, ...refusals },
      },
    },
    async (request) => signUps.checkName(request.params.name, request.ip),
  );

  openPost(
    api,
    '/signup/resend',
    { tags, summary: 'Send the activation link again; the older one becomes void', body: resendBody, status: 202 },
    ({ name, email }, { ip }) => signUps.resend(name, email, ip),
  );
}

/** D2: the page of the mailed link reads with `show`, which changes nothing; only link and password together activate. */
export function activationRoutes(api: Api, { accounts: { signUps } }: HttpDeps & WithAccounts): void {
  openPost(
    api,
    '/activation/show',
    { tags, summary: 'Show what an activation link activates', body: linkBody, answer: activation },
    async ({ token }, { ip }) => signUps.show(token, ip),
  );

  openPost(
    api,
    '/activation',
    { tags, summary: 'Activate a domain with its link and password', body: linkPasswordBody, answer: activation },
    async ({ token, password }, { ip }) => signUps.activate(token, password, ip),
  );
}
