import { isErrorCode, wordsOf } from '../../../protocol/errors.ts';
import type { Language, Words } from '../../../protocol/errors.ts';
import { proxyWords } from './proxy.ts';

/** Why an API call failed: the service's own error, no response, or a response that cannot be read. */
export class Failure extends Error {
  readonly code: string;
  /** The service's own message, for codes this console does not know yet. */
  readonly said: string;
  readonly correlationId: string | null;
  readonly details: Record<string, unknown> | undefined;
  /** HTTP status of a response that did not come from the service. */
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

/** If a proxy reports that it cannot reach the service, the link counts as lost. */
export function answeredByProxy(status: number): Failure {
  const failure = new Failure(status >= 502 && status <= 504 ? 'unreachable' : 'proxy', `HTTP ${status}`, null);
  failure.proxyStatus = status;
  return failure;
}

export const hasCode = (error: unknown, code: string): boolean => error instanceof Failure && error.code === code;

/** Seconds until the next second-factor code is checked after too many wrong ones (D6); null for any other failure. */
export function codesWaitS(error: unknown): number | null {
  if (!(error instanceof Failure) || error.code !== 'busy') return null;
  const { reason, retryAfterS } = error.details ?? {};
  return reason === 'wrong-codes' && typeof retryAfterS === 'number' ? retryAfterS : null;
}

/** The message and next step of a failure in the reader's language (E11); for anything else, those of `internal`. */
export function failureWords(error: unknown, language: Language): Words {
  if (!(error instanceof Failure)) return wordsOf('internal', language);
  if (error.proxyStatus !== null) return proxyWords(error.proxyStatus, language);
  if (isErrorCode(error.code)) return wordsOf(error.code, language);
  return { message: error.said, next: wordsOf('internal', language).next };
}
