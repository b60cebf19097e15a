/** What operations derive from rows that they change is what a recount of those rows says, whatever happened. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RollcallError } from '../../protocol/errors.ts';
import type { InProcessStore } from '../support/in-process.ts';
import { twoDomains } from '../support/in-process.ts';
import { CHANGE, DAY_MS, enrol, START } from '../support/store.ts';

const DOMAINS = ['springfield', 'shelbyville'];
const STATUSES = ['online', 'late', 'offline'] as const;

const tags = fc.uniqueArray(fc.constantFrom('one', 'two', 'three'), { maxLength: 3 });
const place = fc.nat(20);
const often = <T>(weight: number, arbitrary: fc.Arbitrary<T>): { weight: number; arbitrary: fc.Arbitrary<T> } => ({
  weight,
  arbitrary,
});
const step = fc.oneof(
  often(
    4,
    fc.record({ what: fc.constant('ask' as const), domain: fc.constantFrom(...DOMAINS), serial: fc.nat(3), key: fc.nat(2) }),
  ),
  fc.record({ what: fc.constant('approve' as const), place, as: fc.constantFrom(null, 'replaced' as const, 'another' as const) }),
  fc.record({ what: fc.constant('reject' as const), place, block: fc.boolean() }),
  fc.record({ what: fc.constant('unenrol' as const), place }),
  often(
    3,
    fc.record({
      what: fc.constant('change' as const),
      place,
      label: fc.constantFrom(null, 'Aula', 'Lab'),
      tags: fc.option(tags, { freq: 2 }),
    }),
  ),
  fc.record({ what: fc.constant('import' as const), serial: fc.nat(3), tags }),
  often(
    3,
    fc.record({
      what: fc.constant('flush' as const),
      all: fc.array(fc.record({ place, status: fc.constantFrom(...STATUSES) }), { maxLength: 5 }),
    }),
  ),
  fc.record({ what: fc.constant('policy' as const), unlisted: fc.constantFrom('approve' as const, 'accept' as const) }),
  fc.record({ what: fc.constant('days' as const), days: fc.integer({ min: 1, max: 8 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

interface DeviceRow {
  id: string;
  domainId: number;
  state: string;
  pendingCode: string | null;
  firstAskedAt: number | null;
  unenrolledAt: number | null;
}

const rowsOf = async (store: InProcessStore): Promise<Map<string, DeviceRow>> => {
  const rows = await store.reader.all<DeviceRow>(
    `SELECT id, domain_id AS domainId, state, pending_code AS pendingCode, first_asked_at AS firstAskedAt, unenrolled_at AS unenrolledAt FROM devices ORDER BY rowid`,
  );
  return new Map(rows.map((row) => [row.id, row]));
};

/** One operation, on whichever device stands at the place that the step names. */
async function doStep(store: InProcessStore, now: number, made: Step): Promise<void> {
  const rows = [...(await rowsOf(store)).values()];
  const at = (n: number, state: string): DeviceRow | undefined => {
    const those = rows.filter((row) => row.state === state);
    return those[n % Math.max(1, those.length)];
  };
  const asked = (row: DeviceRow) => ({ ...CHANGE, now, id: row.id, domainId: row.domainId });
  if (made.what === 'ask')
    await enrol(store, { domain: made.domain, serial: `S${made.serial}`, key: `K${made.serial}-${made.key}`, now });
  else if (made.what === 'import')
    await store.write('importNames', {
      ...CHANGE,
      now,
      domainId: 1,
      rows: [{ line: 1, serial: `S${made.serial}`, label: 'Hall', tags: made.tags }],
    });
  else if (made.what === 'policy')
    for (const name of DOMAINS)
      await store.write('setEnrolmentPolicy', {
        now,
        name,
        actor: 'a',
        unlisted: made.unlisted,
        pairing: null,
        previousUntil: null,
      });
  else if (made.what === 'days') await store.write('prune', { now });
  else if (made.what === 'flush') {
    const transitions = made.all.flatMap(({ place: n, status }, index) => {
      const row = at(n, 'enrolled');
      return row === undefined
        ? []
        : [{ deviceId: row.id, status, since: now + index, how: status === 'offline' ? ('lost' as const) : null }];
    });
    await store.write('flushPresence', { now, rows: [], births: [], running: [], transitions });
  } else {
    const row = at(made.place, made.what === 'approve' || made.what === 'reject' ? 'pending' : 'enrolled');
    if (row === undefined) return;
    if (made.what === 'approve') await store.write('approve', { ...asked(row), as: made.as });
    if (made.what === 'reject') await store.write('reject', { ...asked(row), block: made.block });
    if (made.what === 'unenrol') await store.write('unenrol', asked(row));
    if (made.what === 'change') await store.write('changeDevice', { ...asked(row), label: made.label, tags: made.tags });
  }
}

/** What an operation did, as far as alerts are to hear of it, seen from outside. */
function signalsBetween(before: Map<string, DeviceRow>, after: Map<string, DeviceRow>): string[] {
  const said: string[] = [];
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(id), after.get(id)];
    const waits = is?.pendingCode === 'key-changed' ? 'key-changed' : 'waits';
    if (was === undefined && is?.state === 'pending') said.push(`${id} ${waits} ${is.firstAskedAt}`);
    else if (was?.state === 'pending' && is?.state !== 'pending') said.push(`${id} decided null`);
    else if (was?.state === 'pending' && was.pendingCode !== is?.pendingCode) said.push(`${id} ${waits} null`);
    else if (was?.state === 'enrolled' && is?.state === 'unenrolled') said.push(`${id} left ${is.unenrolledAt}`);
  }
  return said.toSorted();
}

const COUNTED = `SELECT domain_id, tag, status, count(*) AS devices FROM (
  SELECT domain_id, '' AS tag, status FROM devices WHERE state <> 'unenrolled' UNION ALL
  SELECT domain_id, value, status FROM devices, json_each(tags) WHERE state <> 'unenrolled') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;
const TAGGED = `SELECT d.id AS device_id, t.value AS tag, d.domain_id, d.status, d.label, d.enrolled_at FROM devices d, json_each(d.tags) t
  WHERE d.state <> 'unenrolled' ORDER BY 1, 2`;

test('counts, rows of tags and signals are those of the devices, after each operation of any history', async () => {
  const seen = new Set<string>();
  const property = fc.asyncProperty(fc.boolean(), fc.array(step, { minLength: 10, maxLength: 60 }), async (isOpen, steps) => {
    const { store, accept } = await twoDomains();
    if (isOpen) await accept();
    const { reader } = store;
    let now = START;
    let heard = 0;
    for (const one of steps) {
      now += one.what === 'days' ? one.days * DAY_MS : 10;
      const before = await rowsOf(store);
      try {
        await doStep(store, now, one);
      } catch (error) {
        if (!(error instanceof RollcallError)) throw error;
      }
      expect(
        await reader.all('SELECT domain_id, tag, status, devices FROM device_counts WHERE devices > 0 ORDER BY 1, 2, 3'),
      ).toEqual(await reader.all(COUNTED));
      expect(
        await reader.all('SELECT device_id, tag, domain_id, status, label, enrolled_at FROM device_tags ORDER BY 1, 2'),
      ).toEqual(await reader.all(TAGGED));
      const signals = await reader.all<{ n: number; id: string; said: string; kind: string }>(
        "SELECT n, device_id AS id, device_id || ' ' || kind || ' ' || coalesce(at, 'null') AS said, kind FROM alert_signals WHERE n > ? AND kind <> 'take-overs' ORDER BY n",
        heard,
      );
      heard = signals.at(-1)?.n ?? heard;
      for (const { kind } of signals) seen.add(kind);
      // An approval may free a board from its rival first: then it is the last signal of each that tells what was done.
      const told = one.what === 'approve' ? [...new Map(signals.map((signal) => [signal.id, signal])).values()] : signals;
      expect(told.map(({ said }) => said).toSorted()).toEqual(signalsBetween(before, await rowsOf(store)));
    }
  });
  await fc.assert(property, { numRuns: 40 });
  // The histories are such that everything happens in them.
  expect([...seen].toSorted()).toEqual(['decided', 'key-changed', 'left', 'waits']);
});
