import { errorText } from '../../protocol/error-text.ts';
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import type * as z from 'zod';
import { listeningAt, type ListeningAt } from './listening.ts';
import { apiError } from '../../protocol/api-common.ts';
import { isErrorCode, RollcallError } from '../../protocol/errors.ts';
import type { Operator, PageOptions } from './operator.ts';
import { throughSocket } from './socket.ts';

const ROOT = '/api/v1/operator';

interface Answer {
  status: number;
  /** The parsed body; null if not JSON. */
  json: unknown;
}

/** The refusal carried by an answer, with its code and details, as if it had occurred here. */
function refusalOf({ status, json }: Answer): RollcallError {
  const parsed = apiError.safeParse(json);
  if (!parsed.success) return new RollcallError('unreachable', { status });
  const { code, details, correlationId } = parsed.data;
  return new RollcallError(isErrorCode(code) ? code : 'internal', { ...details, correlationId });
}

const board = (serial: string): string => `/boards/${encodeURIComponent(serial)}`;
const domain = (name: string): string => `/domains/${encodeURIComponent(name)}`;

function queryOf(page: PageOptions): string {
  const query = new URLSearchParams();
  if (page.cursor !== undefined) query.set('cursor', page.cursor);
  if (page.limit !== undefined) query.set('limit', String(page.limit));
  return query.size === 0 ? '' : `?${query.toString()}`;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return null;
  }
}

/** One request over the socket. Verifying large books may take as long as needed. */
async function ask(socketPath: string, method: string, path: string, body: string | null): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = { accept: 'application/json', ...(body === null ? {} : { 'content-type': 'application/json' }) };
  const sent = httpRequest({ socketPath, method, path: `${ROOT}${path}`, headers, agent: false }, (response) => {
    text(response).then((said) => resolve({ status: response.statusCode ?? 0, json: jsonOf(said) }), reject);
  });
  sent.on('error', reject).end(body ?? undefined);
  return promise.catch((error: unknown) => {
    throw new RollcallError('unreachable', { reason: errorText(error) });
  });
}

/** `shape`: the schema of the answer, loaded on demand, because one command needs only one of many. */
type Call = <Schema extends z.ZodType>(
  method: string,
  path: string,
  shape: () => Schema | Promise<Schema>,
  body?: unknown,
) => Promise<z.output<Schema>>;

function callerOf(folder: string): Call {
  return async (method, path, shape, body) => {
    const sent = body === undefined ? null : JSON.stringify(body);
    const answer = await throughSocket(folder, async (socket) => ask(socket, method, path, sent));
    if (answer.status >= 300) throw refusalOf(answer);
    const parsed = (await shape()).safeParse(answer.json);
    if (!parsed.success) throw new RollcallError('internal', { reason: `unexpected answer to ${path}` });
    return parsed.data;
  };
}

/** Where the service of this data folder listens. Refuses with `unreachable` if none does, or like the socket. */
export async function askWhereListening(folder: string): Promise<ListeningAt> {
  return callerOf(folder)('GET', '/listening', () => listeningAt);
}

const shapes = async () => import('./operator.ts');
const takingBack = async () => import('./taking-back.ts');

/** The same actions through the service running on this data folder. */
export function remoteOperator(folder: string): Operator {
  const call = callerOf(folder);
  return {
    createDomain: (about) => call('POST', '/domains', async () => (await shapes()).domainCreated, about),
    listDomains: (page) => call('GET', `/domains${queryOf(page)}`, async () => (await shapes()).domainsPage),
    showDomain: (name) => call('GET', domain(name), async () => (await shapes()).domainSummary),
    setEnrolment: (name, change) =>
      call('PATCH', `${domain(name)}/enrolment`, async () => (await shapes()).enrolmentPolicy, change),
    releaseBoard: (serial, reason) =>
      call('POST', `${board(serial)}/release`, async () => (await takingBack()).boardReleased, { reason }),
    makeGood: (serial, reason) =>
      call('POST', `${board(serial)}/make-good`, async () => (await takingBack()).madeGood, { reason }),
    releaseCredits: (of) => call('POST', '/credits/release', async () => (await takingBack()).creditsReleased, of),
    adjust: (name, asked) => call('POST', `${domain(name)}/adjust`, async () => (await takingBack()).adjusted, asked),
    reverse: (name, asked) => call('POST', `${domain(name)}/reverse`, async () => (await takingBack()).reversed, asked),
    issueKey: (asked) => call('POST', '/keys', async () => (await import('./keys.ts')).keyIssued, asked),
    issueClaim: (invoice) => call('POST', '/claims', async () => (await import('./claims.ts')).claimIssued, { invoice }),
    async closeDay(asked, onProgress) {
      const { closeByRequests, dayClosed } = await import('./usage.ts');
      return closeByRequests(asked, (piece) => call('POST', '/ledger/close-day', () => dayClosed, piece), onProgress);
    },
    async importLines(lines) {
      const [{ importInPieces }, { importReport }] = await Promise.all([import('./import-pieces.ts'), shapes()]);
      return importInPieces(lines, (piece) => call('POST', '/register', () => importReport, { lines: piece }));
    },
    showBoard: (serial) => call('GET', board(serial), async () => (await shapes()).boardSummary),
    history: (name, page) =>
      call('GET', `${domain(name)}/history${queryOf(page)}`, async () => (await import('../../protocol/api.ts')).historyPage),
    clock: () => call('GET', '/clock', async () => (await import('./clock.ts')).clockView),
    acceptClock: () => call('POST', '/clock/accept', async () => (await import('./clock.ts')).clockView, {}),
    verifyLedger: () => call('POST', '/ledger/verify', async () => (await shapes()).verdict, {}),
    backup: (file) => call('POST', '/backup', async () => (await shapes()).backupMade, { file }),
  };
}
