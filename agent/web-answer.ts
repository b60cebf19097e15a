import { LinkFailure, type LinkCode } from './secure-socket.ts';

/** What came where a service was expected. */
export interface WebAnswer {
  status: number;
  location: string | null;
  type: string;
  body: string;
  /** False: there was more than anybody reads. */
  whole: boolean;
}

const REFUSED = new Set([401, 403, 451]);
/** Too many, too slow, and the server's own failures: the place is right, and the service does not work now. */
const isDown = (status: number): boolean => status >= 500 || status === 408 || status === 429;

const isPage = ({ type, body }: WebAnswer): boolean => /html/i.test(type) || body.trimStart().startsWith('<');
/** Text from strangers that goes into logs and onto a screen (A6). */
const plain = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100);

function codeOf(answer: WebAnswer): LinkCode {
  const { status, location } = answer;
  if (status === 511) return 'network-sign-in';
  if (status === 407) return 'proxy-sign-in';
  if (REFUSED.has(status)) return 'network-refused';
  if (isDown(status)) return 'service-down';
  // The service sends nobody elsewhere and answers no page here: a portal of the network does both.
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

/** Who answered in the service's place, as far as status and kind of the answer tell. */
export function strangeAnswer(answer: WebAnswer): LinkFailure {
  return new LinkFailure(codeOf(answer), `answered ${answer.status}${kindOf(answer)}`);
}
