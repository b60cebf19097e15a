import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import type * as z from 'zod';
import { listeningAt, type ListeningAt } from './listening.ts';
import { apiError, historyPage } from '../../protocol/api.ts';
import { isErrorCode, RollcallError } from '../../protocol/errors.ts';
import {
  backupMade,
  boardSummary,
  domainCreated,
  domainsPage,
  domainSummary,
  enrolmentPolicy,
  importInPieces,
  importReport,
  verdict,
  type Operator,
  type PageOptions,
} from './operator.ts';
import { claimIssued } from './claims.ts';
import { clockView } from './clock.ts';
import { keyIssued } from './keys.ts';
import { throughSocket } from './socket.ts';
import { adjusted, boardReleased, creditsReleased, madeGood, reversed } from './taking-back.ts';
import { closeByRequests, dayClosed } from './usage.ts';

const ROOT = '/api/v1/operator';

interface Answer {
  status: number;
  /** What it says; null where that is no JSON. */
  json: unknown;
}

/** The refusal that an answer carries, with its code and details, as if it had happened here. */
function refusalOf({ status, json }: Answer): RollcallError {
  const parsed = apiError.safeParse(json);
  if (!parsed.success) return new RollcallError('unreachable', { status });
  const { code, details, correlationId } = parsed.data;
  return new RollcallError(isErrorCode(code) ? code : 'internal', { ...details, correlationId });
}

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

/** One request over the socket. A proof of large books may take as long as it needs. */
async function ask(socketPath: string, method: string, path: string, body: string | null): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = { accept: 'application/json', ...(body === null ? {} : { 'content-type': 'application/json' }) };
  const sent = httpRequest({ socketPath, method, path: `${ROOT}${path}`, headers, agent: false }, (response) => {
    text(response).then((said) => resolve({ status: response.statusCode ?? 0, json: jsonOf(said) }), reject);
  });
  sent.on('error', reject).end(body ?? undefined);
  return promise.catch((error: unknown) => {
    throw new RollcallError('unreachable', { reason: error instanceof Error ? error.message : String(error) });
  });
}

type Call = <Schema extends z.ZodType>(method: string, path: string, schema: Schema, body?: unknown) => Promise<z.output<Schema>>;

function callerOf(folder: string): Call {
  return async (method, path, schema, body) => {
    const sent = body === undefined ? null : JSON.stringify(body);
    const answer = await throughSocket(folder, async (socket) => ask(socket, method, path, sent));
    if (answer.status >= 300) throw refusalOf(answer);
    const parsed = schema.safeParse(answer.json);
    if (!parsed.success) throw new RollcallError('internal', { reason: `unexpected answer to ${path}` });
    return parsed.data;
  };
}

/** Where the service of this data folder listens. Refuses with `unreachable` where none does, or as the socket does. */
export async function askWhereListening(folder: string): Promise<ListeningAt> {
  return callerOf(folder)('GET', '/listening', listeningAt);
}

/** The same doings through the service that runs on this data folder. */
export function remoteOperator(folder: string): Operator {
  const call = callerOf(folder);
  return {
    createDomain: (about) => call('POST', '/domains', domainCreated, about),
    listDomains: (page) => call('GET', `/domains${queryOf(page)}`, domainsPage),
    showDomain: (name) => call('GET', domain(name), domainSummary),
    setEnrolment: (name, change) => call('PATCH', `${domain(name)}/enrolment`, enrolmentPolicy, change),
    releaseBoard: (serial, reason) => call('POST', `/boards/${encodeURIComponent(serial)}/release`, boardReleased, { reason }),
    makeGood: (serial, reason) => call('POST', `/boards/${encodeURIComponent(serial)}/make-good`, madeGood, { reason }),
    releaseCredits: (of) => call('POST', '/credits/release', creditsReleased, of),
    adjust: (name, asked) => call('POST', `${domain(name)}/adjust`, adjusted, asked),
    reverse: (name, asked) => call('POST', `${domain(name)}/reverse`, reversed, asked),
    issueKey: (asked) => call('POST', '/keys', keyIssued, asked),
    issueClaim: (invoice) => call('POST', '/claims', claimIssued, { invoice }),
    closeDay: (asked, onProgress) =>
      closeByRequests(asked, (piece) => call('POST', '/ledger/close-day', dayClosed, piece), onProgress),
    importLines: (lines) => importInPieces(lines, (piece) => call('POST', '/register', importReport, { lines: piece })),
    showBoard: (serial) => call('GET', `/boards/${encodeURIComponent(serial)}`, boardSummary),
    history: (name, page) => call('GET', `${domain(name)}/history${queryOf(page)}`, historyPage),
    clock: () => call('GET', '/clock', clockView),
    acceptClock: () => call('POST', '/clock/accept', clockView, {}),
    verifyLedger: () => call('POST', '/ledger/verify', verdict, {}),
    backup: (file) => call('POST', '/backup', backupMade, { file }),
  };
}
