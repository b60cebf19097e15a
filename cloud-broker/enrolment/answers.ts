import type { Pending, Rejected } from '../../protocol/messages.ts';
import { wordsOf, type PendingCode, type RejectedCode } from '../../protocol/errors.ts';
import { checkCode } from '../../protocol/signing.ts';

/** Seconds until a retry without a person is worthwhile after a refusal that may resolve itself: an hour. */
const SLOW_RETRY_S = 3600;
/** Seconds until a waiting board asks again if its session ended before the decision. */
const PENDING_RETRY_S = 30;

/**
 * A refusal as a message (E11). retryAfterS only if the device may retry by itself (protocol.md §1); `busyRetryS` is called for busy and internal
 * only.
 */
export function rejection(
  code: RejectedCode,
  about: { requestId: string | undefined; correlationId: string; busyRetryS: () => number },
): Rejected {
  const retryAfterS: Partial<Record<RejectedCode, number>> = {
    'domain-disabled': SLOW_RETRY_S,
    'enrolled-elsewhere': SLOW_RETRY_S,
  };
  const seconds = code === 'busy' || code === 'internal' ? about.busyRetryS() : retryAfterS[code];
  return {
    type: 'rejected',
    ...(about.requestId === undefined ? {} : { requestId: about.requestId }),
    code,
    ...wordsOf(code, 'en'),
    ...(seconds === undefined ? {} : { retryAfterS: seconds }),
    correlationId: about.correlationId,
  };
}

export function waitingAnswer(
  code: PendingCode,
  about: { requestId: string; correlationId: string; fingerprint: string; waitS: number },
): Pending {
  return {
    type: 'pending',
    requestId: about.requestId,
    code,
    message: wordsOf(code, 'en').message,
    checkCode: checkCode(about.fingerprint),
    retryAfterS: PENDING_RETRY_S,
    waitS: about.waitS,
    correlationId: about.correlationId,
  };
}
