import type { en } from './en.ts';
import { shell } from './fr/shell.ts';
import { devices } from './fr/devices.ts';
import { enrolment } from './fr/enrolment.ts';
import { device } from './fr/device.ts';
import { billing } from './fr/billing.ts';

/** Every sentence of the console, in French: the words of the help page where it has them. */
export const fr: Record<keyof typeof en, string> = { ...shell, ...devices, ...enrolment, ...device, ...billing };
