import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  attemptOf,
  balanceOf,
  contentOf,
  databaseBeside,
  enrol,
  enrolled,
  listBoards,
  openTestStore,
  START,
  temporaryFolder,
  testDomain,
  testStore,
  domainInput,
  domainNames,
} from '../../../test/support/store.ts';
import { verifyLedger } from '../../ledger/verify-books.ts';

describe('reads', () => {
  test('are answered in their order, and see what was committed before they were asked for', async () => {
    const store = await testStore();
    const seen: number[] = [];
    const look = async (n: number): Promise<void> => {
      await store.reader.get('SELECT ?', n);
      seen.push(n);
    };
    await Promise.all([look(1), look(2), look(3)]);
    expect(seen).toEqual([1, 2, 3]);
    await store.write('createDomain', domainInput('springfield'));
    expect(await domainNames(store)).toEqual(['springfield']);
  });

  test('change nothing, and what the database refuses is told to whoever asked', async () => {
    const store = await testStore();
    await expect(store.reader.all("DELETE FROM domains RETURNING 'gone'")).rejects.toMatchObject({ code: 'database-unusable' });
    await expect(store.reader.get('SELECT absent')).rejects.toThrow('no such column');
    expect(await store.reader.get('SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('that are too many are told so, and the others are answered', async () => {
    const store = await testStore();
    const looks = await Promise.allSettled(Array.from({ length: 20_001 }, async () => store.reader.get('SELECT 1 AS one')));
    expect(looks.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: { code: 'busy' } }]);
  });

  test('of a store that was closed are refused', async () => {
    const store = await testStore();
    const last = store.reader.get('SELECT 1 AS one');
    await store.close();
    expect(await last).toEqual({ one: 1 });
    await expect(store.reader.get('SELECT 1')).rejects.toMatchObject({ code: 'internal' });
  });
});

describe('group commit', () => {
  test('[E2] writes that wait together share a commit', async () => {
    const store = await testStore();
    await Promise.all(Array.from({ length: 500 }, (_, n) => store.write('createDomain', domainInput(`domain${n}`))));
    expect(await domainNames(store)).toHaveLength(500);
    expect(store.figures().commitMs.length).toBeLessThan(50);
    expect(store.figures().waiting).toBe(0);
  });

  test('[E2] a refused or broken operation takes nothing with it while its neighbours in the batch stand', async () => {
    const store = await testStore();
    await testDomain(store, 'springfield');
    await listBoards(store, [{ serial: 'SN-1', credits: 5 }]);
    const filler = Array.from({ length: 1000 }, (_, n) => ({ line: n, values: null }));
    const before = store.figures().commitMs.length;
    const broken = await attemptOf(store, { serial: 'SN-1', proposedId: 'no device id' });
    // The first keeps the writer at work while the others arrive: five operations, in two commits at most.
    const [, ...results] = await Promise.allSettled([
      store.write('importBoards', { now: START, actor: 'operator', lines: filler }),
      store.write('createDomain', domainInput('shelbyville')),
      store.write('createDomain', domainInput('Not A Name')),
      store.write('enrol', broken),
      store.write('createDomain', domainInput('shelbyville2')),
    ]);
    expect(store.figures().commitMs.length - before).toBeLessThanOrEqual(2);
    expect(results.map((result) => (result.status === 'rejected' ? (result.reason as { code: string }).code : 'stored'))).toEqual(
      ['stored', 'name-invalid', 'internal', 'stored'],
    );
    expect(await domainNames(store)).toEqual(['shelbyville', 'shelbyville2', 'springfield']);
    expect([
      await balanceOf(store, 'springfield'),
      (await store.reader.get<{ left: number }>('SELECT left_credits AS left FROM boards'))?.left,
    ]).toEqual([0, 5]);
    expect(store.problems.splice(0)).toHaveLength(1);
  });

  test('[E2] what is told after a commit is already on disk, and told before the writer hears of it', async () => {
    const store = await testStore();
    await testDomain(store, 'springfield');
    await listBoards(store, [{ serial: 'SN-1' }]);
    const other = databaseBeside(store.file, { readOnly: true });
    const order: string[] = [];
    store.onCommitted({
      event(events) {
        const stored = other.prepare('SELECT count(*) AS events FROM events').get();
        order.push(`told ${events.length} of ${String(stored?.['events'])}`);
      },
    });
    await enrolled(store, { serial: 'SN-1' });
    order.push('answered');
    other.close();
    expect(order).toEqual(['told 3 of 3', 'answered']);
  });
});

describe('opening and closing', () => {
  test('[S4] what waits when it closes is still stored; later writes are refused', async () => {
    const folder = await temporaryFolder();
    const store = await testStore(folder);
    const waiting = Array.from({ length: 300 }, (_, n) => store.write('createDomain', domainInput(`domain${n}`)));
    const closed = store.close();
    await expect(store.write('createDomain', domainInput('late'))).rejects.toMatchObject({ code: 'internal' });
    await Promise.all([closed, store.close(), ...waiting]);
    const again = await testStore(folder);
    expect(await domainNames(again)).toHaveLength(300);
  });

  test('[S4] data of a newer version is not touched', async () => {
    const folder = await temporaryFolder();
    const store = await testStore(folder);
    await store.close();
    const file = databaseBeside(store.file);
    file.exec('PRAGMA user_version = 99');
    file.close();
    await expect(openTestStore(folder)).rejects.toThrow(/newer version \(schema 99/);
    const untouched = databaseBeside(store.file, { readOnly: true });
    expect(untouched.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
    untouched.close();
  });

  test('[E2] when the writer dies, everyone who waits is told so, later writes too, and it can still be closed', async () => {
    const store = await testStore();
    const { worker } = store as unknown as { worker: { terminate(): Promise<number> } };
    const waiting = store.write('createDomain', domainInput('springfield'));
    await Promise.all([worker.terminate(), expect(waiting).rejects.toMatchObject({ code: 'internal' })]);
    await expect(store.write('createDomain', domainInput('shelbyville'))).rejects.toMatchObject({ code: 'internal' });
    expect(store.problems.splice(0)).toEqual(['the writer thread ended']);
    await store.close();
  });

  test('[E10] more than 20,000 waiting writes are answered busy, so that memory stays bounded', async () => {
    const store = await testStore();
    const writes = Array.from({ length: 20_001 }, () =>
      store
        .write('liftBlock', { now: START, domainId: 1, blockId: '1', actor: 'a', address: '' })
        .catch((error: { code: string }) => error.code),
    );
    const codes = await Promise.all(writes);
    expect(codes.slice(0, 20_000).every((code) => code === 'not-found')).toBe(true);
    expect(codes[20_000]).toBe('busy');
  });
});

test('[E2] whatever was written, closing and opening again gives the same data', async () => {
  const step = fc.record({
    what: fc.constantFrom('enrol', 'unenrol', 'reject', 'list', 'prune'),
    board: fc.nat({ max: 4 }),
    hours: fc.nat({ max: 24 }),
    credits: fc.nat({ max: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
      const folder = await temporaryFolder();
      const store = await testStore(folder);
      const domainId = await testDomain(store, 'springfield');
      let now = START;
      for (const { what, board, hours, credits } of steps) {
        now += hours * 3_600_000;
        const change = { now, domainId, actor: 'a', address: '192.0.2.1' };
        const id =
          (
            await store.reader.get<{ id: string }>(
              "SELECT id FROM devices WHERE serial = ? AND state <> 'unenrolled'",
              `SN-${board}`,
            )
          )?.id ?? 'none';
        if (what === 'enrol') await enrol(store, { serial: `SN-${board}`, now });
        // Refused where fewer credits are listed than were granted already.
        else if (what === 'list') await listBoards(store, [{ serial: `SN-${board}`, credits: 100 + credits }]).catch(() => null);
        else if (what === 'prune') await store.write('prune', { now });
        else if (what === 'reject') await store.write('reject', { ...change, id, block: credits > 5 }).catch(() => null);
        else await store.write('unenrol', { ...change, id }).catch(() => null);
      }
      const before = await contentOf(store);
      await store.close();
      const again = await testStore(folder);
      expect(await contentOf(again)).toEqual(before);
      expect(await verifyLedger(again.file, [])).toMatchObject({ ok: true });
    }),
    // Each run opens two stores: a failure is told as it is, without looking for a smaller one.
    { numRuns: 3, endOnFailure: true },
  );
});
