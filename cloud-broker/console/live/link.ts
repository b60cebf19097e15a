/**
 * What is known of the line to the service, from the event stream and from answers beside it. Pure: the hub tells what happened and when. A
 * stream that does not come through although the service answers is something in between that holds it back or cuts it.
 */
export interface Link {
  link: 'connecting' | 'live' | 'lost';
  /** Events come by reading only: a proxy in between holds the stream back or cuts it. */
  slow: boolean;
  /** Since when the present stream is open, null while none is; a time of the caller's, ms. */
  openSince: number | null;
  /** Since when no stream has lasted, null while one does. */
  deafSince: number | null;
  /** Since when a cut stream makes it doubtful that the service can be reached at all. */
  doubtSince: number | null;
}

/** An answer that is not there so soon after the stream was cut counts as a lost link. */
export const DOUBT_MS = 400;
/** A stream that lasts so long, which is longer than silence is borne, does come through. */
const LASTING_MS = 6_000;
/** No stream lasted for so long, but the service answers. */
const SLOW_AFTER_MS = 12_000;

/** `answered` and `unanswered` are of anything but the stream. */
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
