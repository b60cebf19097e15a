import { plainMail } from '../mail/mail-kind.ts';
import type { DeviceAlert } from './rules/rules.ts';

/** P7: devices of one alert, or of several that were held back. `labels`: the first ones; `since`: the earliest. */
export interface AlertMail {
  kind: DeviceAlert;
  name: string;
  tag: string | null;
  count: number;
  since: number;
  labels: string[];
  timeZone: string;
}

export const alertMails = {
  alert: plainMail<AlertMail>('alert'),
  /** D3. */
  trialEnding: plainMail<{ name: string; days: number; trialEndsAt: number }>('trial-ending'),
  /** P7: fewer than `days` days are left. */
  creditsLow: plainMail<{ name: string; days: number; credits: number; devices: number }>('credits-low'),
};
