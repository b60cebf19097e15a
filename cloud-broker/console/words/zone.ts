import { isTimeZone } from '../../../protocol/time-zone.ts';

/** The IANA name of this computer's time zone; UTC where the browser knows none, or only how far ahead it is today. */
export function browserZone(): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return isTimeZone(timeZone) ? timeZone : 'UTC';
}
