/** Every write there is, by name: each capability gives its own list. Each runs in the writer thread, in a savepoint of its own. */
import { alertOperations } from './lists/alerts.ts';
import { commandOperations } from './lists/commands.ts';
import { deviceOperations } from './lists/devices.ts';
import { domainOperations } from './lists/domains.ts';
import { enrolmentOperations } from './lists/enrolment.ts';
import { ledgerOperations } from './lists/ledger.ts';
import { mailOperations } from './lists/mail.ts';
import { portalOperations } from './lists/portal.ts';
import { presenceOperations } from './lists/presence.ts';
import { productKeyOperations } from './lists/product-keys.ts';
import { registerOperations } from './lists/register.ts';
import { userOperations } from './lists/users.ts';
import { webhookOperations } from './lists/webhooks.ts';

export const operations = {
  ...ledgerOperations,
  ...domainOperations,
  ...userOperations,
  ...deviceOperations,
  ...registerOperations,
  ...enrolmentOperations,
  ...presenceOperations,
  ...commandOperations,
  ...productKeyOperations,
  ...alertOperations,
  ...webhookOperations,
  ...mailOperations,
  ...portalOperations,
} as const;

type Operations = typeof operations;
export type OperationName = keyof Operations;
export type OperationInput<Name extends OperationName> = Parameters<Operations[Name]>[1];
export type OperationOutput<Name extends OperationName> = Awaited<ReturnType<Operations[Name]>>;
