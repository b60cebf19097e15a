import { access } from './access-schema.ts';
import { accountTables } from './accounts-schema.ts';
import { alertTables, alertZones } from './alerts-schema.ts';
import { commandTables } from './commands-schema.ts';
import { expectedTables } from './expected-schema.ts';
import { keyTables } from './keys-schema.ts';
import { lists } from './lists-schema.ts';
import { mailTables } from './mail-schema.ts';
import { numbers } from './numbers-schema.ts';
import { portalTables } from './portal-schema.ts';
import { clockTable, presenceTables } from './presence-schema.ts';
import { records } from './records-schema.ts';
import { sampleTables } from './samples-schema.ts';
import { codeTryTables, secondFactorTables } from './second-factor-schema.ts';
import { unprovenTables } from './unproven-schema.ts';
import { usageHeads, usageTables } from './usage-schema.ts';
import { userTables } from './users-schema.ts';
import { waitingTables } from './waiting-schema.ts';
import { viewTables } from './views-schema.ts';
import { webhookTables } from './webhooks-schema.ts';
import { domainsAndDevices, ledger } from './schema.ts';

/**
 * The schema, as ordered migrations: version n is the n-th entry, kept in `PRAGMA user_version`.
 * Times are integers, milliseconds since 1970 UTC, always the service's own clock. What the rules call impossible
 * (a changed transfer, a negative balance, one serial enrolled twice) is made impossible here, not only in the code.
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
];
