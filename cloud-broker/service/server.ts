/** The HTTP server, built but not started: tests inject requests, main.ts listens. */
import type { Socket } from 'node:net';
import helmet from '@fastify/helmet';
import fastify, { LogController, type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { errors, RollcallError, wordsOf } from '../../protocol/errors.ts';
import { correlationIdFrom } from '../../protocol/text.ts';
import type { WithAccounts } from '../users/accounts.ts';
import type { WithOperator } from '../operator/operator.ts';
import type { WithPortal } from '../portal/portal.ts';
import type { WithWebhooks } from '../webhooks/deliverer.ts';
import { NetworkBudgets } from '../net/network-budgets.ts';
import { DeviceSearch } from '../devices/queries/search.ts';
import type { Api } from '../http/api.ts';
import { Callers } from '../users/callers.ts';
import { Connections } from '../http/connections.ts';
import { serveConsole } from '../http/console.ts';
import type { HttpDeps } from '../http/deps.ts';
import { documentApi } from '../http/documentation.ts';
import { handleError } from '../http/errors.ts';
import { EventHub } from '../http/events/hub.ts';
import { keepGate } from '../users/gatekeeper.ts';
import { alertRoutes, alertRulesRoutes } from '../alerts/routes.ts';
import { apiKeyRoutes } from '../users/routes/api-keys.ts';
import { auditRoutes } from '../audit/routes.ts';
import { closingRoutes, domainRoutes, pairingRoutes } from '../domains/routes.ts';
import { billingRoutes } from '../billing/routes/billing.ts';
import { approvalRoutes } from '../enrolment/routes/approvals.ts';
import { blockRoutes } from '../enrolment/routes/blocks.ts';
import { enrolmentRoutes } from '../enrolment/routes/enrolments.ts';
import { commandRoutes, commandsRoutes } from '../device-commands/routes.ts';
import { deviceChangeRoutes, deviceRoutes } from '../devices/routes/devices.ts';
import { devicesCsvRoute } from '../devices/routes/devices-csv.ts';
import { readForwarded } from '../http/forwarded.ts';
import { eventRoutes } from '../http/events/routes.ts';
import { operatorRoutes } from '../operator/routes/operator.ts';
import { passwordRoutes, secondFactorRoutes } from '../users/routes/own-access.ts';
import { keepPortalGate } from '../portal/gate.ts';
import { portalPasswordRoutes, portalSessionRoutes, portalSignUpRoutes } from '../portal/routes/access.ts';
import { expectedRoutes } from '../devices/routes/preregistration.ts';
import { healthRoutes } from '../presence/routes/health.ts';
import { overTimeRoutes, overviewRoutes } from '../overview/routes.ts';
import { presenceRoutes } from '../presence/routes/presence.ts';
import { claimRoutes, subscriptionRoutes } from '../portal/routes/claims.ts';
import { memberRoutes, organizationRoutes, portalInvitationRoutes } from '../portal/routes/organizations.ts';
import { selectionRoutes } from '../devices/routes/selection.ts';
import { eventPresenters } from './event-presenters.ts';
import { serviceRoutes } from './routes.ts';
import { ownSessionRoutes } from '../users/routes/own-sessions.ts';
import { viewRoutes } from '../users/routes/views.ts';
import { sessionRoutes } from '../users/routes/session.ts';
import { invitationRoutes, invitingRoutes, userRoutes } from '../users/routes/users.ts';
import { activationRoutes, signUpRoutes } from '../users/routes/sign-up.ts';
import { webhookRoutes } from '../webhooks/routes.ts';

const BODY_BYTES = 64 * 1024;
const MAX_NETWORKS = 10_000;

const API_ROOT = '/api/v1';
const DISCOVERY = '/.well-known/rollcall';

/** What the routes of all capabilities need. */
export interface ServerParts extends HttpDeps, WithAccounts, WithPortal, WithOperator, WithWebhooks {}

/** Builds the server. Closing it ends the event streams first; the store must be closed after it. */
export async function buildServer(deps: ServerParts): Promise<FastifyInstance> {
  const app = createApp(deps);
  await app.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives: CONTENT_POLICY }, hsts: isHttps(deps) });
  limitRequests(app, deps);
  await documentApi(app);
  const callers = new Callers(deps);
  const hub = eventHub(app, deps, callers);
  await app.register(async (api: Api) => userApi(api, deps, callers, hub), { prefix: API_ROOT });
  await app.register(async (api: Api) => portalApi(api, deps), { prefix: `${API_ROOT}/portal` });
  const { operatorToken } = deps.settings;
  if (operatorToken !== null)
    await app.register(async (api: Api) => operatorRoutes(api, deps, operatorToken), { prefix: `${API_ROOT}/operator` });
  serviceRoutes(app, deps);
  await serveConsole(app, deps.settings.consoleFolder);
  return app;
}

const CONTENT_POLICY = {
  defaultSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

function isHttps({ settings }: HttpDeps): boolean {
  return settings.publicUrl?.startsWith('https:') === true;
}

/** Set explicitly so that the JSON schema compilers, a tenth of the service's code, are not even loaded. The types only know those. */
const ZOD_ALONE = {
  buildValidator: () => validatorCompiler,
  buildSerializer: () => serializerCompiler,
} as unknown as NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>;

/** What all listeners share: ids, errors, limits and the log. */
export function createApp(deps: HttpDeps): Api {
  const newId = (): string => correlationIdFrom(deps.random(10));
  const { limits } = deps;
  const { trustedProxies } = deps.settings;
  const connections = new Connections(limits.connection);
  const app: Api = fastify({
    loggerInstance: deps.log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'correlationId' }),
    genReqId: newId,
    bodyLimit: BODY_BYTES,
    requestTimeout: limits.connection.requestMs,
    http: { connectionsCheckingInterval: limits.connection.checkMs },
    return503OnClosing: false,
    forceCloseConnections: true,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    routerOptions: { maxParamLength: 300 },
    schemaController: { compilersFactory: ZOD_ALONE },
    frameworkErrors: (error, request, reply) => handleError(error, request, reply),
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket, connections, newId()),
  }).withTypeProvider<ZodTypeProvider>();
  connections.watch(app.server);
  app.setErrorHandler(handleError);
  acceptJsonOnly(app);
  app.decorateRequest('signedIn', null);
  app.addHook('onRoute', ({ method, url }) => {
    // HEAD is GET without its body: fastify adds it, with the same hooks.
    for (const one of [method].flat()) if (one !== 'HEAD') deps.onRoute?.({ method: one, url });
  });
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-correlation-id', request.id);
    readForwarded(request.raw);
    connections.heard(request.raw.socket);
  });
  app.addHook('onResponse', async (request, reply) => {
    deps.metrics.request(reply.statusCode);
    const route = request.routeOptions.url ?? null;
    request.log.info(
      { method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime), address: request.ip },
      'answered',
    );
  });
  return app;
}

/** Runs before every route's own hooks, and for unknown addresses: refused requests are counted too. */
function limitRequests(app: Api, { limits, clock }: HttpDeps): void {
  const rate = { burst: limits.requestsPer10S, perSecond: limits.requestsPer10S / 10 };
  const people = new NetworkBudgets(rate, MAX_NETWORKS);
  // Displays looking for the service after an outage have a budget of their own: an admin behind the same NAT wants to watch them (P4).
  const displays = new NetworkBudgets(rate, MAX_NETWORKS);
  app.addHook('onRequest', async ({ ip, routeOptions }) => {
    const budgets = routeOptions.url === DISCOVERY ? displays : people;
    if (!budgets.spend(ip, clock())) throw new RollcallError('busy', { retryAfterS: 1 });
  });
}

/** Accepts only JSON; an empty body is `{}`, so that a DELETE may declare JSON and send nothing (A5). */
function acceptJsonOnly(app: Api): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (body.trim() === '') done(null, {});
    else void parse(request, body, done);
  });
}

/** What node cannot parse as HTTP never becomes a request; it gets an answer of the same form (A1). */
function answerUnreadable(
  error: Error & { code?: string },
  socket: Socket,
  connections: Connections,
  correlationId: string,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify({ code: 'invalid-request', ...wordsOf('invalid-request', 'en'), correlationId });
  const head = [
    `HTTP/1.1 ${errors['invalid-request'].httpStatus} Bad Request`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-correlation-id: ${correlationId}`,
    'connection: close',
  ];
  connections.endWith(socket, `${head.join('\r\n')}\r\n\r\n${body}`);
}

function eventHub(app: Api, deps: ServerParts, callers: Callers): EventHub {
  const hub = new EventHub({
    ...deps,
    callers,
    presenters: eventPresenters({ reader: deps.store.reader, presence: deps.presence }),
    onError: (error) => deps.log.error({ err: error }, 'a session could not be looked up'),
  });
  deps.metrics.watchStreams(() => hub.size);
  app.addHook('preClose', async () => hub.close());
  return hub;
}

/** The Admin Portal, with its own gatekeeper. */
function portalApi(api: Api, deps: ServerParts): void {
  keepPortalGate(api, deps);
  portalSignUpRoutes(api, deps);
  portalPasswordRoutes(api, deps);
  portalSessionRoutes(api, deps);
  organizationRoutes(api, deps);
  memberRoutes(api, deps);
  portalInvitationRoutes(api, deps);
  claimRoutes(api, deps);
  subscriptionRoutes(api, deps);
}

/** Everything a person does through a session. Each route requires one unless it states otherwise (default deny). */
function userApi(api: Api, deps: ServerParts, callers: Callers, hub: EventHub): void {
  keepGate(api, deps, callers);
  sessionRoutes(api, deps);
  signUpRoutes(api, deps);
  activationRoutes(api, deps);
  passwordRoutes(api, deps);
  secondFactorRoutes(api, deps);
  userRoutes(api, deps);
  invitingRoutes(api, deps);
  invitationRoutes(api, deps);
  ownSessionRoutes(api, deps);
  viewRoutes(api, deps);
  const search = new DeviceSearch(deps.store.reader);
  deps.store.onCommitted({ event: (events) => search.happened(events) });
  deviceRoutes(api, deps, search);
  selectionRoutes(api, deps, search);
  expectedRoutes(api, deps);
  devicesCsvRoute(api, deps, search);
  presenceRoutes(api, deps);
  overviewRoutes(api, deps, search);
  overTimeRoutes(api, deps);
  healthRoutes(api, deps);
  commandRoutes(api, deps);
  commandsRoutes(api, deps, search);
  deviceChangeRoutes(api, deps);
  approvalRoutes(api, deps);
  blockRoutes(api, deps);
  enrolmentRoutes(api, deps);
  billingRoutes(api, deps);
  eventRoutes(api, hub);
  apiKeyRoutes(api, deps);
  auditRoutes(api, deps);
  alertRoutes(api, deps);
  alertRulesRoutes(api, deps);
  domainRoutes(api, deps);
  pairingRoutes(api, deps);
  closingRoutes(api, deps);
  webhookRoutes(api, deps);
}
