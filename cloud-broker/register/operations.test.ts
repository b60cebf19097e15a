import { describe, expect, test } from 'vitest';
import { twoDomains, type InProcessStore } from '../../test/support/in-process.ts';
import { balanceOf, contentOf, enrolled, factoryKeyPem, LATER, START } from '../../test/support/store.ts';
import { verifyLedger } from '../ledger/verify-books.ts';
import type { ImportReport } from './operations.ts';

const LINE = {
  serial: 'SN-1',
  model: 'SBID-7286',
  factoryPublicKey: '',
  invoice: 'INV-1',
  purchasedOn: '2026-09-01',
  credits: '1095',
  fulfilment: 'on-enrolment',
};

/** Imports lines as they come from a CSV file: all values are texts. */
async function load(store: InProcessStore, ...lines: Partial<Record<keyof typeof LINE, string>>[]): Promise<ImportReport> {
  return store.write('importBoards', {
    now: START,
    actor: 'operator',
    lines: lines.map((values, index) => ({ line: index + 2, values: { ...LINE, ...values } })),
  });
}

const boards = async (store: InProcessStore): Promise<unknown[]> =>
  store.reader.all(
    'SELECT serial, model, factory_public_key IS NOT NULL AS proven, invoice, credits, left_credits AS left, fulfilment, grants FROM boards ORDER BY serial_key',
  );

describe('importing the register', () => {
  test('[K2] each line has its own verdict; a rejected one stops no other', async () => {
    const { store } = await twoDomains();
    expect(
      await load(
        store,
        {},
        { serial: '' },
        { serial: 'SN-2', credits: 'many' },
        { serial: 'SN-3' },
        { serial: 'Default string' },
      ),
    ).toMatchObject({
      added: 2,
      changed: 0,
      unchanged: 0,
      rejected: [{ line: 3 }, { line: 4 }, { line: 6, reason: expect.stringContaining('placeholder') }],
    });
    expect(await boards(store)).toMatchObject([{ serial: 'SN-1', credits: 1095, left: 1095 }, { serial: 'SN-3' }]);
  });

  test('[K2] repeating it changes nothing at all', async () => {
    const { store } = await twoDomains();
    const lines = [
      {},
      { serial: 'SN-2', factoryPublicKey: factoryKeyPem().replaceAll('\n', '\\n') },
      { serial: ' SN-3 ', credits: ' 7 ' },
    ];
    expect(await load(store, ...lines)).toMatchObject({ added: 3, rejected: [] });
    const before = await contentOf(store);
    expect(await load(store, ...lines)).toEqual({ added: 0, changed: 0, unchanged: 3, rejected: [] });
    expect(await contentOf(store)).toEqual(before);
  });

  test('[K2] [E12] a serial written in another case is the same board', async () => {
    const { store } = await twoDomains();
    expect(await load(store, {}, { serial: 'sn-1', model: 'Other' })).toMatchObject({ added: 1, changed: 1 });
    expect(await boards(store)).toMatchObject([{ serial: 'sn-1', model: 'Other' }]);
  });

  test('[K2] a line that differs changes only what was not spent yet', async () => {
    const { store } = await twoDomains();
    await load(store, { credits: '100' });
    await enrolled(store, { serial: 'SN-1' });
    expect(await load(store, { credits: '99' })).toMatchObject({
      rejected: [{ reason: 'credits: 100 have already been granted' }],
    });
    expect(await load(store, { credits: '100', fulfilment: 'product-key' })).toMatchObject({ rejected: [{ line: 2 }] });
    expect(await load(store, { credits: '100', invoice: 'INV-2' })).toMatchObject({ rejected: [{ line: 2 }] });
    expect(await load(store, { credits: '130', model: 'New' })).toMatchObject({ changed: 1 });
    expect(await boards(store)).toMatchObject([{ model: 'New', credits: 130, left: 30, grants: 1 }]);
    expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true });
  });

  test('[K2] [E5] what is added later is granted by the next enrolment: never more than the credits in all', async () => {
    const { store, unenrol } = await twoDomains();
    await load(store, { credits: '100' });
    const { deviceId } = await enrolled(store, { serial: 'SN-1' });
    await load(store, { credits: '130' });
    await unenrol(deviceId, LATER);
    expect(await enrolled(store, { serial: 'SN-1', now: LATER })).toMatchObject({ credits: { granted: 30 } });
    expect([await balanceOf(store, 'springfield'), await boards(store)]).toMatchObject([130, [{ left: 0, grants: 2 }]]);
    expect(
      (await store.reader.all<{ key: string }>('SELECT idempotency_key AS key FROM transfers ORDER BY n')).map(({ key }) => key),
    ).toEqual(['enrolment:sn-1:1', 'enrolment:sn-1:2']);
  });

  test('[K2] an empty factory key may be filled, a set one never changes', async () => {
    const { store } = await twoDomains();
    const pem = factoryKeyPem();
    await load(store, {});
    expect(await load(store, { factoryPublicKey: pem })).toMatchObject({ changed: 1 });
    expect(await load(store, { factoryPublicKey: `\r\n${pem.replaceAll('\n', '\r\n')}` })).toMatchObject({ unchanged: 1 });
    expect(await load(store, { factoryPublicKey: factoryKeyPem() }, { factoryPublicKey: '' })).toMatchObject({
      rejected: [{ line: 2 }, { line: 3 }],
    });
    expect(await boards(store)).toMatchObject([{ proven: 1 }]);
  });

  test('[K2] more lines than one operation may hold are refused, not left out', async () => {
    const { store } = await twoDomains();
    const lines = Array.from({ length: 1001 }, (_, n) => ({ serial: `SN-${n}` }));
    await expect(load(store, ...lines)).rejects.toMatchObject({ code: 'invalid-request' });
    expect(await boards(store)).toEqual([]);
    expect((await load(store, ...lines.slice(1))).added).toBe(1000);
  });
});
