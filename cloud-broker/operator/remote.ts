import type * as z from 'zod';
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
import { keyIssued } from './keys.ts';
import { adjusted, boardReleased, creditsReleased, madeGood, reversed } from './taking-back.ts';
import { closeByRequests, dayClosed } from './usage.ts';

const ROOT = '/api/v1/operator';

/** The refusal that an answer carries, with its code and details, as if it had happened here. */
async function refusalOf(response: Response): Promise<RollcallError> {
  const parsed = apiError.safeParse(await response.json().catch(() => null));
  if (!parsed.success) return new RollcallError('unreachable', { status: response.status });
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

/** The same doings through a running service: `url` is its HTTP address, `token` one of its operator tokens. */
export function remoteOperator(url: string, token: string): Operator {
  const root = `${url.replace(/\/+$/, '')}${ROOT}`;

  async function call<Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    body?: unknown,
  ): Promise<z.output<Schema>> {
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const request: RequestInit = {
      method,
      headers,
      redirect: 'error',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const response = await fetch(`${root}${path}`, request).catch((error: unknown) => {
      throw new RollcallError('unreachable', { reason: error instanceof Error ? error.message : String(error) });
    });
    if (!response.ok) throw await refusalOf(response);
    const parsed = schema.safeParse(await response.json().catch(() => null));
    if (!parsed.success) throw new RollcallError('internal', { reason: `unexpected answer to ${path}` });
    return parsed.data;
  }

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
    verifyLedger: () => call('POST', '/ledger/verify', verdict, {}),
    backup: (file) => call('POST', '/backup', backupMade, { file }),
  };
}
