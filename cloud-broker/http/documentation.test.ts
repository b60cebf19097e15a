import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiError } from '../../protocol/api.ts';
import { openHarness, TOKEN, type Harness, type TestDomain } from '../service/testing/harness.ts';

let harness: Harness;
let domain: TestDomain;
const ids = ['springfield', '1'];

beforeAll(async () => {
  harness = await openHarness();
  domain = await harness.domain('springfield');
  ids.push(await harness.device(domain, 'S-1'), (await harness.enrol(domain, 'waits-1')).deviceId);
});

afterAll(async () => harness.close());

interface Operation {
  responses?: Record<string, unknown>;
  parameters?: { name: string; in: string }[];
  summary?: string;
}
interface OpenApi {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
}

/** Every `$ref` in a document. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  );
}

function resolves(document: unknown, reference: string): boolean {
  const steps = reference.replace(/^#\//, '').split('/');
  let at: unknown = document;
  for (const step of steps) at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[step] : undefined;
  return reference.startsWith('#/') && at !== undefined;
}

test('[A1] the OpenAPI document lists every route of the API, with summary, answers and path parameters', async () => {
  const { json } = await harness.request('GET', '/api/openapi.json');
  const document = json as OpenApi;
  expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Rollcall', version: '1' } });
  const listed = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = harness.routes
    .filter(({ url }) => url.startsWith('/api/v1/'))
    .map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
  expect(served.filter((route) => !listed.includes(route))).toEqual([]);
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect([method, path, described]).toEqual([method, path, named]);
      expect(operation.summary, `${method} ${path}`).toBeTruthy();
      expect(
        Object.keys(operation.responses ?? {}).some((status) => status.startsWith('20')),
        `${method} ${path}`,
      ).toBe(true);
    }
  }
  expect(references(document).filter((reference) => !resolves(document, reference))).toEqual([]);
});

test('its reader is served, under a policy of its own', async () => {
  const answer = await harness.request('GET', '/api/docs/', { headers: { accept: 'text/html' } });
  expect(answer.status).toBe(200);
  expect(answer.text).toContain('swagger');
  expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
});

/** Anything that JSON can say, with the field names that routes look for. */
const garbage = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(
    fc.constantFrom(
      'user',
      'password',
      'label',
      'tags',
      'as',
      'block',
      'name',
      'email',
      'lines',
      'date',
      'unlisted',
      'previousDays',
    ),
    fc.jsonValue(),
  ),
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom('..', '%00', "' OR 1=1 --", '\u202e', 'null', '-1', '1e400', '{}'),
);

test('[A1] garbage is never an internal error, signed in or not', async () => {
  const routes = harness.routes.filter(
    ({ url }) => url.startsWith('/api/') && !url.endsWith('/events') && !url.startsWith('/api/docs'),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...routes),
      garbage,
      fc.dictionary(fc.constantFrom('cursor', 'limit', 'q', 'tag', 'sort', 'status'), text),
      fc.oneof(
        text,
        fc.nat(3).map((n) => ids[n] ?? ''),
      ),
      fc.nat(2),
      async (route, body, query, id, who) => {
        const path = route.url.replaceAll(/:\w+|\*/g, () => encodeURIComponent(id.toWellFormed()) || 'x');
        const headers: Record<string, string>[] = [{}, { authorization: `Bearer ${TOKEN}` }, {}];
        const method = route.method as 'GET';
        const asked = {
          headers: headers[who] ?? {},
          ...(who === 2 && !route.url.endsWith('/session') ? { cookie: domain.cookie } : {}),
          ...(method === 'GET' ? {} : { body: body as object }),
        };
        const search = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, value.toWellFormed()])).toString();
        const answer = await harness.request(method, `${path}?${search}`, asked);
        expect([answer.status, answer.text]).not.toEqual([500, expect.anything()]);
        expect(answer.status < 400 || apiError.strict().safeParse(answer.json).success).toBe(true);
      },
    ),
    { numRuns: 400 },
  );
});
