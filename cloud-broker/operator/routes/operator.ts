import type { WithOperator } from '../operator.ts';
import * as z from 'zod';
import { createHash, timingSafeEqual } from 'node:crypto';
import { cursor, historyPage, limit } from '../../../protocol/api.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import {
  backupBody,
  backupMade,
  boardSummary,
  createDomainBody,
  domainCreated,
  domainsPage,
  domainSummary,
  enrolmentBody,
  enrolmentPolicy,
  importBody,
  importReport,
  verdict,
} from '../operator.ts';
import { refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';
import { operatorClaimRoutes } from './claims.ts';
import { operatorClockRoutes } from './clock.ts';
import { operatorCreditRoutes } from './credits.ts';

const IMPORT_BYTES = 2 * 1024 * 1024;
const page = z.object({ cursor, limit });
const nameParams = z.object({ name: z.string().max(64) });
const serialParams = z.object({ serial: z.string().max(64) });
const secured = { tags: ['operator'], security: [{ operator: [] }] };

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Whether `authorization` carries the token. Compared by digest, so in constant time whatever they share. */
function isOperator(authorization: string | undefined, token: string): boolean {
  return timingSafeEqual(digest(token), digest(/^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? ''));
}

/** The operator's actions over HTTP. Every route requires the token, except on a listener that only the operator can reach (`null`). */
export function operatorRoutes(api: Api, deps: HttpDeps & WithOperator, token: string | null): void {
  const { operator } = deps;
  if (token !== null) {
    api.addHook('onRequest', async (request) => {
      if (!isOperator(request.headers.authorization, token)) throw new RollcallError('signed-out');
    });
  }
  domainRoutes(api, deps);
  operatorCreditRoutes(api, deps);
  operatorClaimRoutes(api, deps);
  operatorClockRoutes(api, deps);

  api.post(
    '/register',
    {
      bodyLimit: IMPORT_BYTES,
      schema: {
        ...secured,
        summary: 'Import boards into the register, with a verdict for each line',
        body: importBody,
        response: { 200: importReport, ...refusals },
      },
    },
    async (request) => operator.importLines(request.body.lines),
  );
  api.get(
    '/boards/:serial',
    {
      schema: {
        ...secured,
        summary: 'Get a listed board, its entitlement and where it is',
        params: serialParams,
        response: { 200: boardSummary, ...refusals },
      },
    },
    async (request) => operator.showBoard(request.params.serial),
  );
  api.post(
    '/ledger/verify',
    {
      schema: {
        ...secured,
        summary: 'Verify the books from the first row',
        body: z.object({}),
        response: { 200: verdict, ...refusals },
      },
    },
    async () => operator.verifyLedger(),
  );
  api.post(
    '/backup',
    {
      schema: {
        ...secured,
        summary: 'Back up the data, keys included, to a new file on this machine',
        body: backupBody,
        response: { 200: backupMade, ...refusals },
      },
    },
    async (request) => operator.backup(request.body.file),
  );
}

function domainRoutes(api: Api, deps: HttpDeps & WithOperator): void {
  const { operator } = deps;
  api.post(
    '/domains',
    {
      schema: {
        ...secured,
        summary: 'Create an activated domain and its first user',
        body: createDomainBody,
        response: { 201: domainCreated, ...refusals },
      },
    },
    async (request, reply) => reply.code(201).send(await operator.createDomain(request.body)),
  );
  api.get(
    '/domains',
    { schema: { ...secured, summary: 'List domains by name', querystring: page, response: { 200: domainsPage, ...refusals } } },
    async (request) => operator.listDomains(request.query),
  );
  api.get(
    '/domains/:name',
    { schema: { ...secured, summary: 'Get one domain', params: nameParams, response: { 200: domainSummary, ...refusals } } },
    async (request) => operator.showDomain(request.params.name),
  );
  api.patch(
    '/domains/:name/enrolment',
    {
      schema: {
        ...secured,
        summary: 'Update how a domain admits new boards',
        params: nameParams,
        body: enrolmentBody,
        response: { 200: enrolmentPolicy, ...refusals },
      },
    },
    async (request) => operator.setEnrolment(request.params.name, request.body),
  );
  api.get(
    '/domains/:name/history',
    {
      schema: {
        ...secured,
        summary: 'List the Billing History of a domain',
        params: nameParams,
        querystring: page,
        response: { 200: historyPage, ...refusals },
      },
    },
    async (request) => operator.history(request.params.name, request.query),
  );
}
