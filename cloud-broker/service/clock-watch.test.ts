import { expect, onTestFinished, test } from 'vitest';
import { inProcessStore } from '../../test/support/in-process.ts';
import { DAY_MS, START, testDomain } from '../../test/support/store.ts';
import { clockWatch } from './clock-watch.ts';
import { isFromTheFuture } from '../identity/sessions.ts';
import { clockDoings } from '../operator/clock.ts';
import { PresenceRegistry } from '../presence/presence-registry.ts';
import { ServiceClock } from './clock.ts';

/** A clock that a test sets: `machine` is what the machine says, `elapsed` what really goes by. */
function settable() {
  const at = { machine: START, elapsed: 0 };
  return { at, clock: new ServiceClock({ machine: () => at.machine, elapsed: () => at.elapsed }, START) };
}

function registryBy(clock: ServiceClock): PresenceRegistry {
  const fail = (error: unknown): never => {
    throw error;
  };
  const registry = new PresenceRegistry(
    {
      flush: async () => undefined,
      clock: clock.now,
      heartbeat: { intervalS: 60, jitterS: 10 },
      thresholds: { jitterS: 10, graceS: 60 },
      onFlushError: fail,
    },
    [],
  );
  onTestFinished(async () => registry.close());
  return registry;
}

test.each([
  ['ahead', 90 * DAY_MS],
  ['back', -90 * DAY_MS],
  ['ahead by what is believed without a word', 3 * DAY_MS],
])('[P4] a clock that is set takes nobody off the roll: silence is measured anew from then on, %s', async (_, by) => {
  const { at, clock } = settable();
  clock.now();
  const registry = registryBy(clock);
  clockWatch({ clock, registry, log: { error() {}, warn() {}, info() {} } });
  registry.connected('dev-1');
  const birth = {
    type: 'birth',
    epoch: 1,
    at: new Date(START).toISOString(),
    agentVersion: '1',
    intervalS: 60,
    inventory: {},
  } as const;
  await registry.birth('dev-1', birth);
  at.machine += by;
  if (clock.doubt !== null) clock.accept();
  registry.sweep();
  expect(registry.counts()).toMatchObject({ online: 1, late: 0, offline: 0, connected: 1 });
  at.machine += 4 * 60_000;
  at.elapsed += 4 * 60_000;
  registry.sweep();
  expect(registry.counts()).toMatchObject({ online: 0, offline: 1 });
});

test('a doubt is told once an hour, and that it is over once', () => {
  const { at, clock } = settable();
  const told: string[] = [];
  const tell =
    (level: string) =>
    (first: unknown, text?: string): void =>
      void told.push(`${level}: ${text ?? String(first)}`);
  const log = { error: tell('error'), warn: tell('warn'), info: tell('info') };
  clock.now();
  at.machine += 3650 * DAY_MS;
  const look = clockWatch({ clock, registry: { clockSet() {} }, log });
  const doubt = 'error: the clock of this machine is not believed: set it right, or run `rollcall clock accept` if it is';
  for (let minute = 0; minute < 60; minute += 1) look();
  expect(told).toEqual([doubt]);
  look();
  expect(told).toEqual([doubt, doubt]);
  at.machine = START;
  for (let minute = 0; minute < 2; minute += 1) look();
  expect(told).toEqual([doubt, doubt, 'info: the clock is believed again']);
});

test('[D2] [A3] the operator’s word is audited, stands after a restart, and ends links that a clock far ahead made good for years', async () => {
  const { at, clock } = settable();
  const store = await inProcessStore();
  const domainId = await testDomain(store, 'springfield');
  const token = (hash: string, expiresAt: number): void =>
    void store.reader.run("INSERT INTO tokens VALUES (?, 'reset', ?, 'u', ?, ?, NULL)", hash, domainId, START, expiresAt);
  token('good', START - 58 * DAY_MS);
  token('of 2036', START + 3652 * DAY_MS);
  clock.now();
  at.machine -= 60 * DAY_MS;
  const operator = clockDoings({ store, serviceClock: clock }, 'operator');
  expect(await operator.clock()).toMatchObject({ believed: false, service: new Date(START).toISOString() });
  const now = at.machine;
  expect(await operator.acceptClock()).toEqual({
    machine: new Date(now).toISOString(),
    service: new Date(now).toISOString(),
    believed: true,
  });
  await operator.acceptClock();
  expect(await store.reader.all("SELECT actor FROM audit WHERE action = 'clock.accepted'")).toHaveLength(1);
  expect(await store.reader.get('SELECT believed_at AS at FROM service_clock')).toMatchObject({ at: now });
  const live = await store.reader.all<{ hash: string }>('SELECT hash FROM tokens WHERE used_at IS NULL');
  expect(live.map(({ hash }) => hash)).toEqual(['good']);
});

test('[D6] a session that a clock far ahead began is dead once the clock is right', () => {
  expect(isFromTheFuture({ createdAt: new Date(Date.now() + 3650 * DAY_MS) })).toBe(true);
  expect(isFromTheFuture({ createdAt: new Date() })).toBe(false);
});
