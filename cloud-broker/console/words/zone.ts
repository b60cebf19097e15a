import { isTimeZone } from '../../../protocol/time-zone.ts';

/** The IANA name of this computer's time zone; UTC if the browser knows none or only today's offset. */
export function browserZone(): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return isTimeZone(timeZone) ? timeZone : 'UTC';
}
