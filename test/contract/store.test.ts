/** What a store promises, whichever engine is behind it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../cloud-broker/store/port.ts';
import type { EventData } from '../../cloud-broker/store/effects.ts';
import { besidePostgres, postgresDatabase, postgresStore } from '../support/postgres.ts';
import {
  attemptOf,
  balanceOf,
  databaseBeside,
  domainInput,
  domainNames,
  enrolled,
  listBoards,
  START,
  testDomain,
  testStore,
} from '../support/store.ts';

interface Contracted {
  store: Store & { problems: string[] };
  /** Runs SQL as somebody beside the store would: what it changes stays. */
  beside(text: string): Promise<unknown>;
}

const ENGINES: [engine: string, open: () => Promise<Contracted>][] = [
  [
    'SQLite',
    async () => {
      const store = await testStore();
      const beside = async (text: string): Promise<unknown> => {
        const database = databaseBeside(store.file);
        try {
          database.exec(text);
        } finally {
          database.close();
        }
        return null;
      };
      return { store, beside };
    },
  ],
  [
    'PostgreSQL',
    async () => {
      const store = await postgresStore(await postgresDatabase());
      return { store, beside: async (text) => besidePostgres(store.url, text) };
    },
  ],
];

const codesOf = (results: readonly PromiseSettledResult<unknown>[]): string[] =>
  results.map((result) => (result.status === 'rejected' ? (result.reason as { code: string }).code : 'stored'));

/** What nobody can do, and how it is refused. */
const GUARDED: [text: string, refusal: string | RegExp][] = [
  ['UPDATE transfers SET credits = 9', 'a transfer is never changed'],
  ['DELETE FROM transfers', 'a transfer is never deleted'],
  ['UPDATE audit SET at = 1', 'audit is append-only'],
  ['DELETE FROM audit', 'audit is append-only'],
  ['UPDATE ledger_heads SET balance = 0', 'only a posted transfer moves the head'],
  ['DELETE FROM ledger_heads', 'a head is never deleted'],
  ["INSERT INTO ledger_heads (domain_id, n, hash, balance, at) VALUES (1, 0, '', 0, 0)", 'a chain begins once, with nothing'],
  [
    `INSERT INTO transfers (domain_id, n, at, kind, debit, credit, credits, idempotency_key, actor, balance_after, previous_hash, hash)
     VALUES (1, 2, 1, 'adjustment', 'vendor:x', 'domain', 5, 'k', 'a', 10, 'x', 'y')`,
    'transfer does not follow the head of its chain',
  ],
  ['UPDATE boards SET left_credits = -1', /CHECK|check/],
  ["UPDATE domains SET name = 'No Name'", /CHECK|check/],
  ["INSERT INTO device_keys VALUES ('f', 's', 1), ('f', 's', 2)", /UNIQUE|unique/],
  ['UPDATE devices SET board_id = 99', /FOREIGN|foreign|CHECK|check/],
  ['INSERT INTO usage_days VALUES (1, 7, 0, 0, 0, NULL, 1, NULL)', 'days are closed in order, each once'],
];

describe.each(ENGINES)('a store on %s', (_, open) => {
  test('[E2] puts writes that wait together into few commits', async () => {
    const { store } = await open();
    await Promise.all(Array.from({ length: 500 }, (_each, n) => store.write('createDomain', domainInput(`domain${n}`))));
    expect(await domainNames(store)).toHaveLength(500);
    expect(store.figures().commitMs.length).toBeLessThan(50);
    expect(store.figures().waiting).toBe(0);
  });

  test('[E2] takes nothing else back with an operation that is refused or breaks', async () => {
    const { store } = await open();
    await testDomain(store, 'springfield');
    await listBoards(store, [{ serial: 'SN-1', credits: 5 }]);
    const told: EventData[] = [];
    store.onCommitted({ event: (events) => told.push(...events) });
    const broken = await attemptOf(store, { serial: 'SN-1', proposedId: 'no device id' });
    const results = await Promise.allSettled([
      store.write('createDomain', domainInput('shelbyville')),
      store.write('createDomain', domainInput('Not A Name')),
      store.write('enrol', broken),
      store.write('liftBlock', { now: START, domainId: 1, blockId: '1', actor: 'a', address: '' }),
      store.write('createDomain', domainInput('ogdenville')),
    ]);
    expect(codesOf(results)).toEqual(['stored', 'name-invalid', 'internal', 'not-found', 'stored']);
    expect(await domainNames(store)).toEqual(['ogdenville', 'shelbyville', 'springfield']);
    expect(await balanceOf(store, 'springfield')).toBe(0);
    expect(await store.reader.get('SELECT left_credits AS left FROM boards')).toEqual({ left: 5 });
    expect(told).toEqual([]);
    expect(store.problems.splice(0)).toHaveLength(1);
  });

  test('[E2] tells of effects once they are stored, in order, and before the writer hears of it', async () => {
    const { store } = await open();
    await testDomain(store, 'springfield');
    await listBoards(store, [{ serial: 'SN-1' }]);
    const order: string[] = [];
    const stored: Promise<unknown>[] = [];
    store.onCommitted({
      event(events) {
        order.push(`told ${events.map(({ id, type }) => `${id} ${type}`).join(', ')}`);
        stored.push(store.reader.get('SELECT count(*) AS events FROM events'));
      },
    });
    await enrolled(store, { serial: 'SN-1' });
    order.push('answered');
    expect(order).toEqual(['told 1 billing, 2 device, 3 enrolment', 'answered']);
    expect(await Promise.all(stored)).toEqual([{ events: 3 }]);
  });

  test('reads what was committed before it was asked, and changes nothing by reading', async () => {
    const { store } = await open();
    await store.write('createDomain', domainInput('springfield'));
    expect(await domainNames(store)).toEqual(['springfield']);
    await expect(store.reader.all("DELETE FROM ledger_heads RETURNING 'gone' AS gone")).rejects.toMatchObject({
      code: 'database-unusable',
    });
    await expect(store.reader.get('SELECT absent')).rejects.toThrow('absent');
    expect(await store.reader.get('SELECT 1 AS one, NULL AS none, 1 < 2 AS less')).toEqual({ one: 1, none: null, less: 1 });
  });

  test('[E10] answers busy where too much waits', async () => {
    const { store } = await open();
    const reads = await Promise.allSettled(Array.from({ length: 20_010 }, async () => store.reader.get('SELECT 1 AS one')));
    expect(new Set(codesOf(reads))).toEqual(new Set(['stored', 'busy']));
    const lift = { now: START, domainId: 1, blockId: '1', actor: 'a', address: '' };
    const writes = await Promise.allSettled(Array.from({ length: 20_001 }, async () => store.write('liftBlock', lift)));
    const codes = codesOf(writes);
    expect([new Set(codes.slice(0, 20_000)), codes[20_000]]).toEqual([new Set(['not-found']), 'busy']);
  });

  test('[S4] stores what waits when it closes, and refuses what comes later', async () => {
    const { store } = await open();
    const before = store.reader.get('SELECT 1 AS one');
    const waiting = Array.from({ length: 300 }, async (_each, n) => store.write('createDomain', domainInput(`domain${n}`)));
    const closed = store.close();
    await expect(store.write('createDomain', domainInput('late'))).rejects.toMatchObject({ code: 'internal' });
    await Promise.all([before, closed, store.close(), ...waiting]);
    await expect(store.reader.get('SELECT 1 AS one')).rejects.toMatchObject({ code: 'internal' });
  });

  test('[L1] is guarded', async () => {
    const { store, beside } = await open();
    await testDomain(store, 'springfield');
    await listBoards(store, [{ serial: 'SN-1', credits: 5 }]);
    await enrolled(store, { serial: 'SN-1' });
    for (const [text, refusal] of GUARDED) await expect(beside(text), text).rejects.toThrow(refusal);
    expect(await balanceOf(store, 'springfield')).toBe(5);
  });

  test('trims the sessions of whoever signs in, and remembers when', async () => {
    const { store, beside } = await open();
    await testDomain(store, 'springfield');
    const user = `INSERT INTO auth_user ("id", "name", "email", "emailVerified", "createdAt", "updatedAt", "contactEmail", "domainId", "role", "billing", "tags", "language")
      VALUES ('u', 'u', 'u', 1, '2026', '2026', 'u', 1, 'admin', 0, '[]', 'en')`;
    await beside(user);
    for (let n = 0; n < 52; n += 1) {
      const at = `2026-11-23T08:00:${String(n).padStart(2, '0')}.000Z`;
      const text = `INSERT INTO auth_session ("id", "expiresAt", "token", "createdAt", "updatedAt", "userId") VALUES ('s${n}', '2027-01-01T00:00:00.000Z', 't${n}', '${at}', '${at}', 'u') RETURNING 1 AS done`;
      await store.write('accountStatement', { text, parameters: [] });
    }
    expect(await store.reader.get('SELECT count(*) AS n, min("id") AS first FROM auth_session')).toEqual({ n: 50, first: 's10' });
    expect(await store.reader.get('SELECT last_at AS at FROM sign_ins')).toEqual({ at: '2026-11-23T08:00:51.000Z' });
  });
});

describe('both engines', () => {
  test('order any rows alike, with NULL where it is said to be', async () => {
    const stores = await Promise.all(ENGINES.map(async ([, open]) => open()));
    await Promise.all(stores.map(async ({ store }) => testDomain(store, 'springfield')));
    const text = fc.oneof(
      fc.string({ maxLength: 6, unit: 'binary' }).map((any) => any.replaceAll('\0', '')),
      fc.constantFrom('a', 'B', 'b', 'é', 'e', 'Z', 'ß', '_', '-', ' ', '10', '9', '\u{1f600}', '\uffee'),
    );
    const row = fc.record({ label: fc.option(text), serial: text, at: fc.integer({ min: -5, max: 2 ** 45 }) });
    const rows = fc.sample(
      fc.uniqueArray(row, { minLength: 2000, maxLength: 2000, selector: ({ serial, at }) => `${at} ${serial}` }),
      {
        numRuns: 1,
        seed: 7,
      },
    );
    const lines = rows.flat().map((each, n) => ({ ...each, key: `${n}` }));
    const quoted = (value: string | null): string => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`);
    const values = lines.map(
      ({ key, serial, label, at }) => `(1, ${quoted(key)}, ${quoted(serial)}, ${quoted(label)}, '[]', ${at})`,
    );
    const insert = `INSERT INTO expected_devices (domain_id, serial_key, serial, label, tags, uploaded_at) VALUES ${values.join(',')}`;
    await Promise.all(stores.map(async ({ beside }) => beside(insert)));
    for (const [question, ...parameters] of [
      ['SELECT serial_key AS "key" FROM expected_devices ORDER BY label NULLS FIRST, serial, serial_key'],
      ['SELECT serial_key AS "key" FROM expected_devices ORDER BY label DESC NULLS LAST, uploaded_at DESC, serial_key'],
      [
        'SELECT serial_key AS "key" FROM expected_devices WHERE label >= ? AND label < ? ORDER BY uploaded_at, serial_key',
        'B',
        'e',
      ],
      [
        'SELECT serial_key AS "key" FROM expected_devices WHERE (label, serial_key) > (?, ?) ORDER BY label, serial_key',
        'b',
        '7',
      ],
      [
        'SELECT lower(serial) AS low, min(label) AS first, max(label) AS last, count(*) AS n FROM expected_devices GROUP BY lower(serial) ORDER BY lower(serial)',
      ],
      [
        'SELECT count(*) AS n, sum(uploaded_at) AS sum, uploaded_at / 86400000 AS day FROM expected_devices GROUP BY uploaded_at / 86400000 ORDER BY day',
      ],
      ['SELECT length(serial) AS length, substr(serial, 1, 2) AS start FROM expected_devices ORDER BY serial_key'],
    ] as const) {
      const [ofSqlite, ofPostgres] = await Promise.all(
        stores.map(async ({ store }) => store.reader.all(question, ...parameters)),
      );
      expect(ofPostgres, question).toEqual(ofSqlite);
      expect(ofPostgres?.length).toBeGreaterThan(10);
    }
  });
});
