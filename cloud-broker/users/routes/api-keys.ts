import { apiKeysPage, apiKeysQuery, newApiKey as newApiKeySchema, newApiKeyBody } from '../../../protocol/api-keys.ts';
import { newApiKey } from '../api-keys.ts';
import { tokenHash } from '../../keys/secrets.ts';
import { listApiKeys } from '../queries/api-keys.ts';
import { callerOf } from '../../http/access.ts';
import { askedBy, emptyBody, idParams, nothing, refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';

/** A2. No API key creates or revokes another: these routes have no scope. */
export function apiKeyRoutes(api: Api, deps: HttpDeps): void {
  const { store, random } = deps;
  const tags = ['api keys'];

  api.get(
    '/api-keys',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'List API keys, without the keys themselves',
        querystring: apiKeysQuery,
        response: { 200: apiKeysPage, ...refusals },
      },
    },
    async (request) => listApiKeys(store.reader, callerOf(request).domainId, request.query),
  );

  api.post(
    '/api-keys',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Create an API key; it is shown only in this response',
        body: newApiKeyBody,
        response: { 201: newApiKeySchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { name } = request.body;
      const scopes = [...new Set(request.body.scopes)];
      const secret = newApiKey(random);
      const { id } = await store.write('createApiKey', { ...askedBy(request, deps), name, scopes, hash: tokenHash(secret) });
      return reply.code(201).send({ id, name, scopes, secret });
    },
  );

  api.delete(
    '/api-keys/:id',
    {
      config: { access: 'admin' },
      schema: { tags, summary: 'Revoke an API key', params: idParams, body: emptyBody, response: { 204: nothing, ...refusals } },
    },
    async (request, reply) => {
      await store.write('revokeApiKey', { ...askedBy(request, deps), id: request.params.id });
      return reply.code(204).send();
    },
  );
}
