import { shell } from './en/shell.ts';
import { access } from './en/access.ts';
import { devices } from './en/devices.ts';
import { enrolment } from './en/enrolment.ts';
import { device } from './en/device.ts';
import { commands } from './en/commands.ts';
import { selection } from './en/selection.ts';
import { billing } from './en/billing.ts';
import { overview } from './en/overview.ts';
import { portal } from './en/portal.ts';
import { users } from './en/users.ts';
import { administration } from './en/administration.ts';
import { alerts } from './en/alerts.ts';
import { webhooks } from './en/webhooks.ts';

/**
 * All texts of the console in English, by area. The keys are the contract with fr.ts; a test fails on a key missing there or used nowhere. Texts of
 * refusals are in protocol/errors.ts.
 */
export const en = {
  ...shell,
  ...access,
  ...devices,
  ...enrolment,
  ...device,
  ...commands,
  ...selection,
  ...billing,
  ...users,
  ...overview,
  ...portal,
  ...administration,
  ...alerts,
  ...webhooks,
} as const;
