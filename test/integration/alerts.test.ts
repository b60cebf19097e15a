/** P7 with everything real but the clock: roll, store in its thread, rounds, mailer, SMTP. */
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { AlertJob } from '../../cloud-broker/alerts/job.ts';
import { storedPresence } from '../../cloud-broker/service/device-handler.ts';
import { createSecrets } from '../../cloud-broker/keys/secrets.ts';
import { letters } from '../../cloud-broker/service/letters.ts';
import { Mailer } from '../../cloud-broker/mail/mailer.ts';
import { readSmtpUrl } from '../../cloud-broker/mail/smtp-settings.ts';
import { smtpTransport } from '../../cloud-broker/mail/smtp-transport.ts';
import { Jobs } from '../../cloud-broker/service/jobs.ts';
import { PresenceRegistry } from '../../cloud-broker/presence/presence-registry.ts';
import type { Heartbeat, Will } from '../../protocol/messages.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { eventually } from '../support/process.ts';
import { enrolled, listBoards, openTestStore, START, temporaryFolder, testDomain, type TestStore } from '../support/store.ts';

const MINUTE = 60_000;
const log = pino({ level: 'silent' });

interface Running {
  store: TestStore;
  registry: PresenceRegistry;
  alerts: AlertJob;
  stop(): Promise<void>;
}

const heartbeatOf = (epoch: number, now: number): Heartbeat => ({
  type: 'heartbeat',
  epoch,
  seq: 1,
  uptimeS: 1,
  at: new Date(now).toISOString(),
  health: {},
});

/** The service's parts on this folder, as main.ts wires them, by `clock`. */
async function open(folder: string, server: MailServer, clock: () => number): Promise<Running> {
  const store = await openTestStore(folder);
  const startedAt = clock();
  await store.write('noteRun', { startedAt, now: startedAt });
  const registry = new PresenceRegistry(
    {
      flush: async (flush) => store.write('flushPresence', flush),
      clock,
      heartbeat: { intervalS: 60, jitterS: 10 },
      thresholds: { jitterS: 10, graceS: 60 },
      onFlushError: (error) => store.problems.push(String(error)),
    },
    await storedPresence(store),
  );
  const alerts = new AlertJob(store, clock);
  await alerts.run();
  const jobs = new Jobs<'mail'>(log);
  const wake = (): void => jobs.wake('mail');
  const smtp = readSmtpUrl(server.url);
  if (smtp === null) throw new Error('not a mail server');
  const mailer = new Mailer({
    store,
    secrets: createSecrets(randomBytes(32)),
    letters,
    transport: smtpTransport(smtp, { from: 'registration@rollcall.example', name: 'localhost' }),
    home: 'https://rollcall.example',
    host: 'rollcall.example',
    clock,
    random: Math.random,
    count: () => undefined,
    wake,
    log,
  });
  jobs.start([{ name: 'mail', everyMs: 60_000, run: async () => mailer.look() }]);
  store.onCommitted({ mail: wake });
  let stopped: Promise<void> | null = null;
  const end = async (): Promise<void> => {
    await jobs.stop();
    await mailer.close();
    await registry.close();
    await store.close();
    expect(store.problems).toEqual([]);
  };
  const stop = async (): Promise<void> => (stopped ??= end());
  onTestFinished(stop);
  return { store, registry, alerts, stop };
}

test('[P7] displays that break off are one mail, those that say goodbye none; their return is another; nothing again after a restart', async () => {
  const server = await startMailServer();
  onTestFinished(async () => server.close());
  const folder = await temporaryFolder();
  let now = START;
  let running = await open(folder, server, () => now);
  const domainId = await testDomain(running.store, 'springfield');
  await listBoards(
    running.store,
    ['SN-1', 'SN-2', 'SN-3', 'SN-4'].map((serial) => ({ serial })),
  );
  const ids: string[] = [];
  for (const serial of ['SN-1', 'SN-2', 'SN-3', 'SN-4']) ids.push((await enrolled(running.store, { serial })).deviceId);
  const beating = new Map<string, number>();
  const breaksOff = async (id: string, will: Omit<Will, 'type'>): Promise<void> => {
    beating.delete(id);
    await running.registry.will(id, { type: 'will', ...will });
    running.registry.disconnected(id);
  };
  const born = async (epoch: number): Promise<void> => {
    for (const id of ids) {
      beating.set(id, epoch);
      running.registry.connected(id);
      await running.registry.birth(id, {
        type: 'birth',
        epoch,
        at: new Date(now).toISOString(),
        agentVersion: '1.0',
        intervalS: 60,
        inventory: {},
      });
    }
  };
  /** Until the roll's changes are on disk: real time, of which the clock knows nothing. */
  const stored = async (offline: number): Promise<void> => {
    const count = async (): Promise<number> =>
      (await running.store.reader.get<{ devices: number }>("SELECT count(*) AS devices FROM devices WHERE status = 'offline'"))
        ?.devices ?? 0;
    await eventually(count, (devices) => devices === offline, 'devices offline');
  };
  /** Minutes go by, with a sweep and a round in each. */
  const pass = async (minutes: number): Promise<void> => {
    for (let minute = 0; minute < minutes; minute += 1) {
      now += MINUTE;
      for (const [id, epoch] of beating) await running.registry.heartbeat(id, heartbeatOf(epoch, now), false);
      running.registry.sweep();
      await running.alerts.run();
    }
  };
  await born(1);
  for (const [n, id] of ids.entries()) {
    await breaksOff(id, n === 3 ? { epoch: 1, reason: 'shutdown' } : { epoch: 1 });
  }
  await pass(1);
  await stored(4);
  await pass(60);
  const mail = await server.mailTo('admin@springfield.example');
  expect(mail.subject).toBe('springfield: 3 displays silent since 08:01');
  expect(mail.text).toContain('SN-1, SN-2, SN-3\n');
  await born(2);
  await stored(0);
  await pass(15);
  const back = await server.mailTo('admin@springfield.example', /back/);
  expect(back.subject).toBe('springfield: 3 displays back online');
  await breaksOff(ids[0] ?? '', { epoch: 2 });
  await pass(1);
  await stored(1);
  await pass(20);
  await running.stop();
  now += 60 * MINUTE;
  running = await open(folder, server, () => now);
  await born(3);
  await stored(0);
  await pass(60);
  // The third loss was 20 minutes old when the service went away, and over when it was back: nobody was told.
  expect(await running.store.reader.get('SELECT count(*) AS mails FROM outbox WHERE domain_id = ?', domainId)).toEqual({
    mails: 2,
  });
  expect(server.mails.map(({ subject }) => subject)).toEqual([mail.subject, back.subject]);
});
