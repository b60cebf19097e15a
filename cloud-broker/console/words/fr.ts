import type { en } from './en.ts';
import { shell } from './fr/shell.ts';
import { access } from './fr/access.ts';
import { devices } from './fr/devices.ts';
import { enrolment } from './fr/enrolment.ts';
import { device } from './fr/device.ts';
import { commands } from './fr/commands.ts';
import { selection } from './fr/selection.ts';
import { billing } from './fr/billing.ts';
import { overview } from './fr/overview.ts';
import { portal } from './fr/portal.ts';
import { users } from './fr/users.ts';
import { administration } from './fr/administration.ts';
import { alerts } from './fr/alerts.ts';
import { webhooks } from './fr/webhooks.ts';

/** All texts of the console in French, in the help page's words where it has them. */
export const fr: Record<keyof typeof en, string> = {
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
};
