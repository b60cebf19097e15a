/** Enrols boards without an end, and prints each deviceId once its promise has resolved. To be killed. */
import { randomBytes } from 'node:crypto';
import { enrolled, listBoards, openTestStore, testDomain } from './store.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: writing-child FOLDER');
const store = await openTestStore(folder);
await testDomain(store, 'springfield');

async function enrolForEver(): Promise<void> {
  for (;;) {
    const serial = `SN-${randomBytes(8).toString('hex')}`;
    await listBoards(store, [{ serial, credits: 7, factoryPublicKey: '' }]);
    const { deviceId } = await enrolled(store, { serial });
    process.stdout.write(`${deviceId}\n`);
  }
}
await Promise.all(Array.from({ length: 12 }, () => enrolForEver()));
