import { isErrorCode, wordsOf } from '../../../protocol/errors.ts';
import type { Language, Words } from '../../../protocol/errors.ts';
import { proxyWords } from './proxy.ts';

/** Why a call to the API did not give what it should: the service's own answer, no answer, or one that we cannot read. */
export class Failure extends Error {
  readonly code: string;
  /** The service's sentence, for codes that this console does not know yet. */
  readonly said: string;
  readonly correlationId: string | null;
  readonly details: Record<string, unknown> | undefined;
  /** HTTP status of an answer that something else gave in the service's place. */
  proxyStatus: number | null = null;

  constructor(code: string, said: string, correlationId: string | null, details?: Record<string, unknown>) {
    super(`${code}: ${said}`);
    this.name = 'Failure';
    this.code = code;
    this.said = said;
    this.correlationId = correlationId;
    this.details = details;
  }
}

export const unreachable = (): Failure => new Failure('unreachable', 'no answer', null);

/** Where a proxy says that it does not reach the service, the link is as good as lost. */
export function answeredByProxy(status: number): Failure {
  const failure = new Failure(status >= 502 && status <= 504 ? 'unreachable' : 'proxy', `HTTP ${status}`, null);
  failure.proxyStatus = status;
  return failure;
}

export const hasCode = (error: unknown, code: string): boolean => error instanceof Failure && error.code === code;

/** Seconds until the next code of a second factor is judged, where too many were wrong (D6); null for any other failure. */
export function codesWaitS(error: unknown): number | null {
  if (!(error instanceof Failure) || error.code !== 'busy') return null;
  const { reason, retryAfterS } = error.details ?? {};
  return reason === 'wrong-codes' && typeof retryAfterS === 'number' ? retryAfterS : null;
}

/** The sentence and the next step of a failure, in the reader's language (E11); of anything else, those of `internal`. */
export function failureWords(error: unknown, language: Language): Words {
  if (!(error instanceof Failure)) return wordsOf('internal', language);
  if (error.proxyStatus !== null) return proxyWords(error.proxyStatus, language);
  if (isErrorCode(error.code)) return wordsOf(error.code, language);
  return { message: error.said, next: wordsOf('internal', language).next };
}
