import { describe, expect, test } from 'vitest';
import { inProcessStore, type InProcessStore } from '../../../test/support/in-process.ts';
import { answerTo, CHANGE, DAY_MS, enrol, enrolled, START, testDomain, waiting } from '../../../test/support/store.ts';

async function springfield(): Promise<{
  store: InProcessStore;
  domainId: number;
  reject: (id: string, block?: boolean) => Promise<string>;
}> {
  const store = await inProcessStore();
  const domainId = await testDomain(store, 'springfield');
  return {
    store,
    domainId,
    reject: async (id, block = false) => (await store.write('reject', { id, block, now: START, domainId, ...CHANGE })).blockId,
  };
}

describe('rejecting', () => {
  test('[E6] is remembered 30 days, a block until it is lifted; both are answered blocked', async () => {
    const { store, reject } = await springfield();
    for (const [serial, block] of [
      ['SN-1', false],
      ['SN-2', true],
    ] as const) {
      const id = await waiting(store, { serial });
      store.deviceEvents();
      await reject(id, block);
      expect(store.deviceEvents()).toEqual([`-${id}`]);
    }
    const after = async (days: number): Promise<string[]> =>
      Promise.all(['SN-1', 'SN-2'].map((serial) => answerTo(store, { serial, now: START + days * DAY_MS })));
    expect(await after(0)).toEqual(['blocked', 'blocked']);
    expect(await after(29.99)).toEqual(['blocked', 'blocked']);
    await store.write('prune', { now: START + 29.99 * DAY_MS });
    expect(await store.reader.all('SELECT kind FROM blocks ORDER BY kind')).toEqual([{ kind: 'blocked' }, { kind: 'rejected' }]);
    await listCredits(store);
    expect(await after(30)).toEqual(['awaiting-approval', 'blocked']);
    await store.write('prune', { now: START + 31 * DAY_MS });
    expect(await store.reader.all('SELECT kind FROM blocks')).toEqual([{ kind: 'blocked' }]);
  });

  test('[E6] can be lifted, by its own domain only', async () => {
    const { store, domainId, reject } = await springfield();
    const other = await testDomain(store, 'shelbyville');
    const blockId = await reject(await waiting(store, { serial: 'SN-1' }), true);
    const change = { now: START, ...CHANGE };
    await expect(store.write('liftBlock', { blockId, domainId: other, ...change })).rejects.toMatchObject({ code: 'not-found' });
    expect(await answerTo(store, { serial: 'SN-1' })).toBe('blocked');
    await store.write('liftBlock', { blockId, domainId, ...change });
    expect(await answerTo(store, { serial: 'SN-1' })).toBe('awaiting-approval');
    await expect(store.write('liftBlock', { blockId, domainId, ...change })).rejects.toMatchObject({ code: 'not-found' });
    expect(
      (await store.reader.all<{ action: string }>("SELECT action FROM audit WHERE action LIKE '%block%' ORDER BY id")).map(
        ({ action }) => action,
      ),
    ).toEqual(['device.blocked', 'block.lifted']);
  });

  test('[E6] is on the serial too where no enrolled device has it: a new key does not get round it', async () => {
    const { store, reject } = await springfield();
    await testDomain(store, 'shelbyville');
    await reject(await waiting(store, { serial: 'SN-1', key: 'K1' }));
    expect(await answerTo(store, { serial: 'sn-1', key: 'K2' })).toBe('blocked');
    expect(await answerTo(store, { serial: 'SN-2', key: 'K3' })).toBe('awaiting-approval');
    expect(await answerTo(store, { serial: 'SN-1', key: 'K2', domain: 'shelbyville' })).toBe('awaiting-approval');
  });

  test('[E7] cloned: the other key is rejected, the running device and its serial are not', async () => {
    const { store, domainId, reject } = await springfield();
    await store.write('setEnrolmentPolicy', {
      now: START,
      name: 'springfield',
      actor: 'a',
      unlisted: 'accept',
      pairing: null,
      previousUntil: null,
    });
    const { deviceId } = await enrolled(store, { serial: 'SN-1', key: 'right' });
    const row = await waiting(store, { serial: 'SN-1', key: 'clone' }, 'key-changed');
    await reject(row);
    expect(await answerTo(store, { serial: 'SN-1', key: 'clone' })).toBe('blocked');
    expect(await enrolled(store, { serial: 'SN-1', key: 'right' })).toMatchObject({ deviceId, replay: true });
    expect(await answerTo(store, { serial: 'SN-1', key: 'third' })).toBe('key-changed');
    await store.write('unenrol', { id: deviceId, now: START, domainId, ...CHANGE });
    expect(await enrolled(store, { serial: 'SN-1', key: 'right' })).toMatchObject({ deviceId });
  });

  test('[E12] a serial that many boards share is never blocked, only the key', async () => {
    const { store, reject } = await springfield();
    await reject(await waiting(store, { serial: 'Default string', key: 'K1' }), true);
    await reject(await waiting(store, { serial: 'abcdef0123', key: 'K2', source: 'machine-id' }), true);
    expect(await answerTo(store, { serial: 'Default string', key: 'K1' })).toBe('blocked');
    expect(await answerTo(store, { serial: 'Default string', key: 'K3' })).toBe('awaiting-approval');
    expect(await answerTo(store, { serial: 'abcdef0123', key: 'K4', source: 'machine-id' })).toBe('awaiting-approval');
  });

  test('[E13] never stops a device that is enrolled with this key', async () => {
    const { store, domainId, reject } = await springfield();
    const first = await waiting(store, { serial: 'SN-1', key: 'K1' });
    const second = await waiting(store, { serial: 'SN-1', key: 'K2' });
    await reject(second, true);
    await store.write('approve', { id: first, as: null, now: START, domainId, ...CHANGE });
    expect(await enrolled(store, { serial: 'SN-1', key: 'K1' })).toMatchObject({ deviceId: first });
  });

  test('[E6] what is enrolled, gone or another domain’s cannot be rejected', async () => {
    const { store, domainId, reject } = await springfield();
    await testDomain(store, 'shelbyville');
    const id = await waiting(store, { serial: 'SN-1' });
    await store.write('approve', { id, as: null, now: START, domainId, ...CHANGE });
    await expect(reject(id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(reject(await waiting(store, { serial: 'SN-2', domain: 'shelbyville' }))).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

/** Credits, so that the domain is not disabled when its trial is over. */
async function listCredits(store: InProcessStore): Promise<void> {
  await store.write('importBoards', {
    now: START,
    actor: 'operator',
    lines: [{ line: 1, values: { serial: 'CREDITS', model: 'M', credits: 1000, fulfilment: 'on-enrolment' } }],
  });
  await enrolled(store, { serial: 'CREDITS' });
}

describe('waiting rows', () => {
  test('[E6] one that nobody asked for in 7 days goes, and is told as removed; asking again keeps it', async () => {
    const { store } = await springfield();
    const [idle, active] = [await waiting(store, { serial: 'SN-1' }), await waiting(store, { serial: 'SN-2' })];
    await waiting(store, { serial: 'SN-2', now: START + DAY_MS });
    store.deviceEvents();
    expect(await store.write('prune', { now: START + 7 * DAY_MS })).toEqual({ waiting: 0 });
    expect(await store.write('prune', { now: START + 7 * DAY_MS + 1 })).toEqual({ waiting: 1 });
    expect(store.deviceEvents()).toEqual([`-${idle}`]);
    expect(await store.reader.all("SELECT id FROM devices WHERE state = 'pending'")).toEqual([{ id: active }]);
  });

  test('[E6] a row is one (domain, board, key); asking again changes only what may change', async () => {
    const { store, domainId } = await springfield();
    const id = await waiting(store, { serial: 'SN-1', firmware: '1.0' });
    expect(await waiting(store, { serial: 'sn-1', firmware: '2.0', now: START + 5, address: '198.51.100.9', key: 'SN-1' })).toBe(
      id,
    );
    expect(
      await store.reader.all(
        'SELECT firmware, first_asked_at AS first, last_asked_at AS last, address, serial FROM devices WHERE domain_id = ?',
        domainId,
      ),
    ).toEqual([{ firmware: '2.0', first: START, last: START + 5, address: '198.51.100.9', serial: 'SN-1' }]);
  });

  test('[E6] at most 500 a domain: the next is told busy, those who wait go on waiting, another domain is not full', async () => {
    const { store } = await springfield();
    await testDomain(store, 'shelbyville');
    for (let n = 0; n < 500; n += 1) await waiting(store, { serial: `SN-${n}`, address: `10.0.0.${n % 20}` });
    expect(await answerTo(store, { serial: 'SN-500' })).toBe('busy');
    expect(await answerTo(store, { serial: 'SN-7' })).toBe('awaiting-approval');
    expect(await answerTo(store, { serial: 'SN-500', domain: 'shelbyville' })).toBe('awaiting-approval');
    await store.write('importBoards', {
      now: START,
      actor: 'o',
      lines: [{ line: 1, values: { serial: 'LISTED', model: 'M', credits: 1, fulfilment: 'on-enrolment' } }],
    });
    expect((await enrol(store, { serial: 'LISTED' })).outcome).toBe('accepted');
  });
});
