/**
 * What is known about the connection to the service, from the event stream and from other responses. Pure: the hub reports what happened and when. If
 * no stream comes through although the service answers, something in between holds it back or cuts it.
 */
export interface Link {
  link: 'connecting' | 'live' | 'lost';
  /** Events come by polling only, because a proxy holds the stream back or cuts it. */
  slow: boolean;
  /** When the present stream opened, in ms of the caller's clock; null while none is open. */
  openSince: number | null;
  /** Since when no stream has lasted; null while one does. */
  deafSince: number | null;
  /** Since when a cut stream has made it doubtful that the service is reachable. */
  doubtSince: number | null;
}

/** If no response arrives within this time after the stream was cut, the link is lost. */
export const DOUBT_MS = 400;
/** A stream that lasts this long, which is longer than the silence limit, does come through. */
const LASTING_MS = 6_000;
/** The service answers, but no stream lasted for this long. */
const SLOW_AFTER_MS = 12_000;

/** `answered` and `unanswered` concern any request except the stream. */
type LinkEvent = 'opened' | 'cut' | 'answered' | 'unanswered' | 'tick';

export const firstLink = (now: number): Link => ({
  link: 'connecting',
  slow: false,
  openSince: null,
  deafSince: now,
  doubtSince: null,
});

function passing(link: Link, now: number): Link {
  if (link.doubtSince !== null && now - link.doubtSince >= DOUBT_MS) return { ...link, link: 'lost', doubtSince: null };
  if (link.openSince !== null && now - link.openSince >= LASTING_MS) return { ...link, slow: false, deafSince: null };
  const isSlow = link.link !== 'lost' && link.deafSince !== null && now - link.deafSince >= SLOW_AFTER_MS;
  return isSlow ? { ...link, link: 'live', slow: true } : link;
}

export function nextLink(link: Link, event: LinkEvent, now: number): Link {
  switch (event) {
    case 'opened':
      return { ...link, link: 'live', openSince: now, doubtSince: null };
    case 'cut': {
      const cut = { ...link, openSince: null, deafSince: link.deafSince ?? now };
      return link.link === 'lost' ? cut : { ...cut, doubtSince: link.doubtSince ?? now };
    }
    case 'answered':
      return { ...link, link: link.link === 'lost' ? 'live' : link.link, doubtSince: null };
    case 'unanswered':
      return { ...link, link: 'lost', doubtSince: null };
    case 'tick':
      return passing(link, now);
  }
}
