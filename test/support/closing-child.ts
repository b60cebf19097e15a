/** Closes the domains that are due at a time, and prints a line for each commit. To be killed. */
import { closeDueDomains } from '../../cloud-broker/domains/closing.ts';
import { openTestStore } from './store.ts';

const [folder, now] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: closing-child FOLDER NOW');
const store = await openTestStore(folder);
store.onTimed(() => process.stdout.write('piece\n'));
await closeDueDomains(store, Number(now));
await store.close();
