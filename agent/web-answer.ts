import { LinkFailure, type LinkCode } from './secure-socket.ts';

/** The answer in place of the service's. */
export interface WebAnswer {
  status: number;
  location: string | null;
  type: string;
  body: string;
  /** False: the body was longer than is read. */
  whole: boolean;
}

const REFUSED = new Set([401, 403, 451]);
/** Too many requests, too slow, or a server error: the address is right, but the service is not working now. */
const isDown = (status: number): boolean => status >= 500 || status === 408 || status === 429;

const isPage = ({ type, body }: WebAnswer): boolean => /html/i.test(type) || body.trimStart().startsWith('<');
/** Untrusted text that goes into logs and onto a screen (A6). */
const plain = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100);

function codeOf(answer: WebAnswer): LinkCode {
  const { status, location } = answer;
  if (status === 511) return 'network-sign-in';
  if (status === 407) return 'proxy-sign-in';
  if (REFUSED.has(status)) return 'network-refused';
  if (isDown(status)) return 'service-down';
  // The service never redirects and never serves a page here: a network portal does both.
  if (status >= 300 && status < 400 && location !== null) return 'network-sign-in';
  return status < 300 && isPage(answer) ? 'network-sign-in' : 'not-the-service';
}

function kindOf(answer: WebAnswer): string {
  const { location, type, body, whole } = answer;
  if (location !== null) return `, to ${plain(location)}`;
  if (body === '') return ' with an empty body';
  const what = isPage(answer)
    ? 'a page'
    : /json/i.test(type) || /^\s*[{[]/.test(body)
      ? 'other JSON'
      : plain(type) || 'something';
  return ` with ${what}${whole ? '' : ' that is too long'}`;
}

/** What answered in the service's place, as far as status and content type show. */
export function strangeAnswer(answer: WebAnswer): LinkFailure {
  return new LinkFailure(codeOf(answer), `answered ${answer.status}${kindOf(answer)}`);
}
