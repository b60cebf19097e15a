import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import type { Api } from './api.ts';

/** The OpenAPI document, generated from the validating schemas (A1), and its reader page. Registered before the routes it lists. */
export async function documentApi(app: Api): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Rollcall',
        version: '1',
        description: 'Devices, billing and events of a domain. An error is `{ code, message, next?, correlationId, details? }`.',
      },
      components: {
        securitySchemes: {
          operator: { type: 'http', scheme: 'bearer' },
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of the domain that has the scope named here (A2)' },
        },
      },
    },
    transform: (about) => {
      const made = jsonSchemaTransform(about);
      const scope = about.route.config?.scope;
      return scope === undefined ? made : { ...made, schema: { ...made.schema, security: [{ apiKey: [scope] }, {}] } };
    },
  });
  // The reader page needs less than loosening the console's policy would give away, so it brings its own policy.
  await app.register(swaggerUi, { routePrefix: '/api/docs', staticCSP: true, uiConfig: { url: '/api/openapi.json' } });
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}
