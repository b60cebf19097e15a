/** Closes daily use of all domains of a folder, day by day up to a last one, and prints each day once it is closed. To be killed, or not. */
import { closeOpenDays } from '../../cloud-broker/ledger/close-days.ts';
import { startOf } from '../../cloud-broker/ledger/rules/usage.ts';
import { openTestStore } from './store.ts';

const [folder, from, through] = process.argv.slice(2);
if (folder === undefined || from === undefined || through === undefined)
  throw new Error('usage: daily-close-child FOLDER FROM THROUGH (days since 1970)');
const store = await openTestStore(folder);
for (let day = Number(from); day <= Number(through); day += 1) {
  await closeOpenDays(store, { now: startOf(day + 1), through: day, domain: null, byOperator: null });
  process.stdout.write(`${day}\n`);
}
await store.close();
if (store.problems.length > 0) throw new Error(store.problems.join('; '));
