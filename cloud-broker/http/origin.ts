/** A5: a change made with a cookie must come from one of our pages. Pure. */

export interface OriginFacts {
  method: string;
  origin: string | undefined;
  referer: string | undefined;
  secFetchSite: string | undefined;
  /** The Host header, with its port. */
  host: string | undefined;
  /** The configured public URL; null: none, and only loopback names are ours. */
  publicUrl: string | null;
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const LOOPBACK_NAME = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

function originOf(text: string): string | null {
  try {
    return new URL(text).origin;
  } catch {
    return null;
  }
}

/** The origins that count as ours: the public URL's, and on loopback the one this request was made under. */
function isOurs(origin: string | null, facts: OriginFacts): boolean {
  if (origin === null || origin === 'null') return false;
  if (facts.publicUrl !== null && origin === originOf(facts.publicUrl)) return true;
  const own = originOf(`http://${facts.host ?? ''}`);
  return own !== null && LOOPBACK_NAME.test(new URL(own).hostname) && origin === own;
}

export type OriginVerdict = 'ours' | 'foreign' | 'unsaid';

/**
 * The request's origin: by Origin; without one, by Referer; without both, by Sec-Fetch-Site, which only browsers set and no page can forge. `unsaid`
 * proves nothing: with a cookie it is refused.
 */
export function originVerdict(facts: OriginFacts): OriginVerdict {
  if (SAFE.has(facts.method)) return 'ours';
  if (facts.origin !== undefined) return isOurs(originOf(facts.origin), facts) ? 'ours' : 'foreign';
  if (facts.referer !== undefined) return isOurs(originOf(facts.referer), facts) ? 'ours' : 'foreign';
  if (facts.secFetchSite !== undefined) return facts.secFetchSite === 'same-origin' ? 'ours' : 'foreign';
  return 'unsaid';
}
