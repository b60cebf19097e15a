import { access } from '../users/schema/access.ts';
import { accountTables } from '../users/schema/accounts.ts';
import { alertTables, alertZones } from '../alerts/schema.ts';
import { commandTables } from '../device-commands/schema.ts';
import { derivedInCode } from '../store/schema/derived.ts';
import { expectedTables } from '../devices/schema/preregistration.ts';
import { keyTables } from '../product-keys/schema.ts';
import { lists } from '../store/schema/lists.ts';
import { mailTables } from '../mail/schema.ts';
import { numbers } from '../store/schema/numbers.ts';
import { portalTables } from '../portal/schema.ts';
import { clockTable, presenceTables } from '../presence/schema/presence.ts';
import { records } from '../store/schema/records.ts';
import { sampleTables } from '../presence/schema/samples.ts';
import { codeTryTables, secondFactorTables } from '../users/schema/second-factor.ts';
import { unprovenTables } from '../register/schema/unproven.ts';
import { spansByEnd, usageHeads, usageTables } from '../ledger/schema.ts';
import { userTables } from '../users/schema/users.ts';
import { waitingTables } from '../enrolment/schema.ts';
import { viewTables } from '../users/schema/views.ts';
import { webhookTables } from '../webhooks/schema.ts';
import { domainsAndDevices, ledger } from '../store/schema/domains-devices-and-ledger.ts';

/**
 * The schema, as ordered migrations: version n is the n-th entry, recorded in `PRAGMA user_version`. Times are integers, milliseconds since 1970 UTC,
 * always from the service's own clock. What the rules forbid (a changed transfer, a negative balance, one serial number enrolled twice) is made
 * impossible here, not only in the code.
 */
export const migrations: readonly string[] = [
  domainsAndDevices +
    lists +
    ledger +
    usageTables +
    keyTables +
    records +
    mailTables +
    commandTables +
    presenceTables +
    sampleTables +
    expectedTables +
    alertTables +
    webhookTables +
    access,
  accountTables + secondFactorTables + userTables + viewTables + portalTables,
  waitingTables,
  codeTryTables,
  usageHeads + clockTable,
  numbers,
  alertZones,
  unprovenTables,
  spansByEnd,
  derivedInCode,
];
