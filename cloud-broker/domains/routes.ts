import type { FastifyRequest } from 'fastify';
import {
  closeDomainBody,
  closingDomain,
  domainPatch,
  domainSettings,
  pairingCode,
  pairingCodeBody,
  type DomainSettings,
} from '../../protocol/api-domain.ts';
import { RollcallError } from '../../protocol/errors.ts';
import { closesAt } from './closing.ts';
import { shownEmail } from '../identity/emails.ts';
import { makePairingCode, openPairingCode } from './pairing.ts';
import { domainById, statusOf, type DomainRow } from './rows.ts';
import { domainDetails, waitingForApproval } from './queries/settings.ts';
import { isoTime, nullableIsoTime } from '../store/paging.ts';
import { callerOf } from '../http/access.ts';
import { askedBy, emptyBody, nothing, refusals, type Api } from '../http/api.ts';
import type { HttpDeps } from '../http/deps.ts';

const DAY_MS = 86_400_000;
const tags = ['domain'];

async function domainOf(deps: HttpDeps, request: FastifyRequest): Promise<DomainRow> {
  const domain = await domainById(deps.store.reader, callerOf(request).domainId);
  if (domain === null) throw new RollcallError('not-found');
  return domain;
}

/** How many boards accepting unlisted ones would enrol: none if a pairing code is required, as no board keeps one (D7), or without credits (D5). */
async function wouldEnrol(deps: HttpDeps, domain: DomainRow, status: DomainSettings['status']): Promise<number> {
  return domain.pairingHash !== null || status === 'disabled' ? 0 : await waitingForApproval(deps.store.reader, domain.id);
}

async function presentDomain(deps: HttpDeps, domain: DomainRow): Promise<DomainSettings> {
  const details = await domainDetails(deps.store.reader, domain.id);
  if (details === null) throw new RollcallError('not-found');
  const now = deps.clock();
  const status = statusOf(domain, now);
  const until = domain.pairingPreviousHash === null ? null : domain.pairingPreviousUntil;
  return {
    name: domain.name,
    status,
    organization: domain.organization,
    contactName: details.contactName,
    phone: details.phone,
    email: shownEmail(domain.email),
    language: details.language,
    createdAt: isoTime(domain.createdAt),
    trialEndsAt: nullableIsoTime(domain.trialEndsAt),
    closingAt: nullableIsoTime(domain.closingAt),
    unlisted: domain.unlisted,
    wouldEnrol: await wouldEnrol(deps, domain, status),
    pairingCode: details.pairingSealed === null ? null : openPairingCode(deps.secrets, domain.name, details.pairingSealed),
    previousCodeUntil: until === null || until <= now ? null : isoTime(until),
  };
}

/** Access to users' passwords. */
interface WithPasswords {
  accounts: {
    ownPassword: { demand(who: { actorId: string; actor: string; address: string }, password: string): Promise<void> };
  };
}

/** The password typed again, to exclude a forgotten open session. */
async function demandPassword({ accounts }: WithPasswords, request: FastifyRequest, password: string): Promise<void> {
  const { userId: actorId, user: actor } = callerOf(request);
  await accounts.ownPassword.demand({ actorId, actor, address: request.ip }, password);
}

/** What admins see and change of their domain. */
export function domainRoutes(api: Api, deps: HttpDeps & WithPasswords): void {
  const { store } = deps;

  api.get(
    '/domain',
    {
      config: { access: 'admin' },
      schema: { tags, summary: 'Get the domain and its settings', response: { 200: domainSettings, ...refusals } },
    },
    async (request) => presentDomain(deps, await domainOf(deps, request)),
  );

  api.patch(
    '/domain',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Update settings; changing the e-mail requires the password',
        body: domainPatch,
        response: { 200: domainSettings, ...refusals },
      },
    },
    async (request) => {
      const { unlisted, password, ...details } = request.body;
      const domain = await domainOf(deps, request);
      const { email } = details;
      if (email !== undefined && email !== domain.email) await demandPassword(deps, request, password ?? '');
      const asked = askedBy(request, deps);
      await store.write('changeDomain', { ...asked, ...details });
      if (unlisted !== undefined && unlisted !== domain.unlisted)
        await store.write('setEnrolmentPolicy', { ...asked, name: domain.name, unlisted, pairing: null, previousUntil: null });
      return presentDomain(deps, await domainOf(deps, request));
    },
  );
}

/** D7. The code is in no log or audit row; GET /domain shows it to admins again. */
export function pairingRoutes(api: Api, deps: HttpDeps): void {
  const { store, secrets, random } = deps;

  api.post(
    '/domain/pairing-code',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Create a pairing code; the previous one may stay valid for some days',
        body: pairingCodeBody,
        response: { 200: pairingCode, ...refusals },
      },
    },
    async (request) => {
      const { name } = await domainOf(deps, request);
      const { code, ...stored } = makePairingCode(secrets, name, random);
      const { previousDays } = request.body;
      const asked = askedBy(request, deps);
      const previousUntil = previousDays === 0 ? null : asked.now + previousDays * DAY_MS;
      await store.write('setEnrolmentPolicy', { ...asked, name, unlisted: null, pairing: stored, previousUntil });
      return { code };
    },
  );

  api.delete(
    '/domain/pairing-code',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Stop requiring a pairing code from new boards',
        body: emptyBody,
        response: { 204: nothing, ...refusals },
      },
    },
    async (request, reply) => {
      const { name } = await domainOf(deps, request);
      await store.write('setEnrolmentPolicy', {
        ...askedBy(request, deps),
        name,
        unlisted: null,
        pairing: 'none',
        previousUntil: null,
      });
      return reply.code(204).send();
    },
  );
}

/** D8. */
export function closingRoutes(api: Api, deps: HttpDeps & WithPasswords): void {
  const { store } = deps;

  api.post(
    '/domain/close',
    {
      config: { access: 'domain-admin', whenDisabled: 'allowed' },
      schema: {
        tags,
        summary: 'Close the domain in 7 days; requires its name and your password',
        body: closeDomainBody,
        response: { 200: closingDomain, ...refusals },
      },
    },
    async (request) => {
      const { name, password } = request.body;
      await demandPassword(deps, request, password);
      const asked = askedBy(request, deps);
      const closing = closesAt(asked.now);
      await store.write('askClosing', { ...asked, name, closesAt: closing });
      return { closingAt: isoTime(closing) };
    },
  );

  api.delete(
    '/domain/close',
    {
      config: { access: 'domain-admin', whenDisabled: 'allowed' },
      schema: { tags, summary: 'Cancel the closing of the domain', body: emptyBody, response: { 204: nothing, ...refusals } },
    },
    async (request, reply) => {
      await store.write('withdrawClosing', askedBy(request, deps));
      return reply.code(204).send();
    },
  );
}
