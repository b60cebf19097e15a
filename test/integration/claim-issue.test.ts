import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rollcall } from '../support/service.ts';
import { temporaryFolder } from '../support/store.ts';

test('[K4] a claim code that has expired is printed with a word about it, also beside --json; a good one is not', async () => {
  const folder = await temporaryFolder();
  const file = join(await temporaryFolder(), 'boards.csv');
  const bought = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);
  const lines = ['NEW', 'OLD'].map(
    (invoice) => `${invoice}-1,MX-65,,${invoice},${invoice === 'OLD' ? '2020-02-29' : bought},365,product-key`,
  );
  await writeFile(file, ['serial,model,factoryPublicKey,invoice,purchasedOn,credits,fulfilment', ...lines].join('\n'));
  expect(await rollcall(folder, ['register', 'import', file])).toMatchObject({ code: 0, json: { added: 2 } });
  const old = await rollcall(folder, ['claim', 'issue', '--invoice', 'OLD']);
  expect(old).toMatchObject({ code: 0, json: { invoice: 'OLD', validUntil: '2021-03-01T23:59:59.999Z', expired: true } });
  expect(old.stderr).toMatch(/^warning: This claim code expired on 2021-03-01.*\nNext step: .*rollcall key issue/);
  const good = await rollcall(folder, ['claim', 'issue', '--invoice', 'NEW']);
  expect(good).toMatchObject({ code: 0, stderr: '', json: { invoice: 'NEW', expired: false } });
});
