/** All write operations, by name: each capability supplies its own list. Each runs in the writer thread, in a savepoint of its own. */
import { alertOperations } from '../alerts/operations/index.ts';
import { commandOperations } from '../device-commands/operations-list.ts';
import { deviceOperations } from '../devices/operations/index.ts';
import { closePieceOf } from '../domains/operations/closing.ts';
import { domainOperations } from '../domains/operations/index.ts';
import { endEnrolments } from '../enrolment/operations/closing.ts';
import { enrolmentOperations } from '../enrolment/operations/index.ts';
import { ledgerOperations } from '../ledger/operations/index.ts';
import { mailOperations } from '../mail/operations-list.ts';
import { operatorOperations } from '../operator/operations/index.ts';
import { portalOperations } from '../portal/operations/index.ts';
import { presenceOperations } from '../presence/operations/index.ts';
import { productKeyOperations } from '../product-keys/operations-list.ts';
import { registerOperations } from '../register/operations-list.ts';
import { userOperations } from '../users/operations/index.ts';
import { webhookOperations } from '../webhooks/operations/index.ts';
import { endWebhooks } from '../webhooks/operations/webhooks.ts';

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
  ...operatorOperations,
  closePiece: closePieceOf([...endEnrolments, endWebhooks]),
} as const;

type AllOperations = typeof operations;

declare module '../store/port.ts' {
  interface Operations extends AllOperations {}
}
