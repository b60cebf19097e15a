import type { WithAccounts } from '../accounts.ts';
import {
  changePasswordBody,
  codeBody,
  forgotBody,
  linkBody,
  linkPasswordBody,
  offeredSecondFactor,
  passwordBody,
  resetShown,
} from '../../../protocol/api-access.ts';
import { openPost } from '../../identity/routes.ts';
import { nothing, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { askedByUser } from './users.ts';

/** D5: users may always change their own password and second factor, also without credits. */
const own = { access: 'signed-in', whenDisabled: 'allowed' } as const;

/** D6: forgotten passwords, and changes by users who know theirs. */
export function passwordRoutes(api: Api, deps: HttpDeps & WithAccounts): void {
  const { ownPassword } = deps.accounts;
  const tags = ['password'];
  openPost(
    api,
    '/password/forgot',
    { tags, summary: 'Send an e-mail with a link to choose a new password', body: forgotBody, status: 202 },
    ({ user }, { ip }) => ownPassword.forgot(user, ip),
  );

  openPost(
    api,
    '/password/reset/show',
    { tags, summary: 'Show whose password a link resets', body: linkBody, answer: resetShown },
    async ({ token }, { ip }) => ownPassword.show(token, ip),
  );

  openPost(
    api,
    '/password/reset',
    { tags, summary: 'Reset the password by link; ends all sessions', body: linkPasswordBody, status: 204 },
    async ({ token, password }, { ip }) => ownPassword.reset(token, password, ip),
  );

  api.post(
    '/password',
    {
      config: own,
      schema: {
        tags,
        summary: 'Change your password; ends your other sessions',
        body: changePasswordBody,
        response: { 204: nothing, ...refusals },
      },
    },
    async (request, reply) => {
      await ownPassword.change(askedByUser(request, deps), request.body.current, request.body.password);
      return reply.code(204).send();
    },
  );
}

/** D6: the user's own second factor, an authenticator app with recovery codes. */
export function secondFactorRoutes(api: Api, deps: HttpDeps & WithAccounts): void {
  const { secondFactors } = deps.accounts;
  const tags = ['second factor'];
  api.post(
    '/second-factor',
    {
      config: own,
      schema: {
        tags,
        summary: 'Create a second factor, shown once and still to be confirmed',
        body: passwordBody,
        response: { 200: offeredSecondFactor, ...refusals },
      },
    },
    async (request) => secondFactors.offer(askedByUser(request, deps), request.body.password),
  );

  api.post(
    '/second-factor/confirm',
    {
      config: own,
      schema: {
        tags,
        summary: 'Turn on the second factor with a first code; ends your other sessions',
        body: codeBody,
        response: { 204: nothing, ...refusals },
      },
    },
    async (request, reply) => {
      await secondFactors.confirm(askedByUser(request, deps), request.body.code);
      return reply.code(204).send();
    },
  );

  api.post(
    '/second-factor/off',
    {
      config: own,
      schema: {
        tags,
        summary: 'Turn off the second factor; ends your other sessions',
        body: passwordBody,
        response: { 204: nothing, ...refusals },
      },
    },
    async (request, reply) => {
      await secondFactors.end(askedByUser(request, deps), request.body.password);
      return reply.code(204).send();
    },
  );
}
