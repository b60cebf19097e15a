import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AlertSettings } from '../../protocol/api-alerts.ts';
import { previewOf } from '../../cloud-broker/alerts/rules/preview.ts';
import { defaultAlertSettings } from '../../cloud-broker/alerts/rules/settings.ts';
import { alertHistory } from '../../cloud-broker/alerts/queries.ts';
import { alertsOf, at, mailsOf, school } from '../support/alerts.ts';
import type { InProcessStore } from '../support/in-process.ts';
import { START, waiting } from '../support/store.ts';

/** What an alert says of its devices is what they say, and alerts are numbered without a gap. */
async function expectRecounted({ reader }: InProcessStore): Promise<void> {
  const held = await reader.all(
    `SELECT number, devices, open_devices AS open, closed_at IS NULL AS isOpen, CASE kind WHEN 'back' THEN raised_at ELSE closed_at END AS closedAt, since_at AS since
     FROM alerts ORDER BY id`,
  );
  const counted = await reader.all(
    `SELECT row_number() OVER (ORDER BY a.id) AS number, count(*) AS devices, sum(m.ended_at IS NULL) AS open, sum(m.ended_at IS NULL) > 0 AS isOpen,
       CASE WHEN a.kind = 'back' THEN a.raised_at WHEN sum(m.ended_at IS NULL) = 0 THEN max(a.raised_at, max(m.ended_at)) END AS closedAt,
       min(m.since_at) AS since
     FROM alerts a JOIN alert_devices m ON m.alert_id = a.id GROUP BY a.id ORDER BY a.id`,
  );
  expect(held).toEqual(counted);
}

test('[P7] a preview counts what the same history really sent, whatever happened in it', async () => {
  const step = fc.record({
    after: fc.integer({ min: 1, max: 45 }),
    device: fc.nat(3),
    what: fc.constantFrom('online' as const, 'lost' as const, 'said' as const, 'restart' as const, 'waits' as const),
  });
  const settings: Partial<AlertSettings>[] = [
    {},
    { lost: { on: true, afterMinutes: 5 } },
    { quiet: { from: '09:00', to: '13:30' }, lost: { on: true, afterMinutes: 15 } },
    { back: false, pausedUntil: '2026-11-24', timeZone: 'Pacific/Auckland' },
  ];
  const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.constantFrom(...settings), async (steps, more) => {
    const { store, domainId, ids, run, change, rules } = await school(4);
    await store.write('setEnrolmentPolicy', {
      now: START,
      name: 'springfield',
      actor: 'a',
      unlisted: 'approve',
      pairing: null,
      previousUntil: null,
    });
    await rules(more);
    let minutes = 0;
    let startedAt = START - 1;
    await store.write('noteRun', { startedAt, now: START });
    for (const [n, { after, device, what }] of steps.entries()) {
      for (let minute = 1; minute <= after; minute += 1) {
        // The service is away for the last ten minutes before it starts again.
        if (what === 'restart' && after - minute < 10) continue;
        await store.write('noteRun', { startedAt, now: at(minutes + minute) });
        await run(at(minutes + minute));
      }
      minutes += after;
      if (what === 'waits') await waiting(store, { serial: `W-${n}`, now: at(minutes) + 7 });
      else if (what !== 'restart') await change(minutes + 0.001, [[ids[device], what]]);
      else {
        startedAt = at(minutes) + 1;
        await store.write('noteRun', { startedAt, now: startedAt });
      }
    }
    for (let minute = 1; minute < 60 * 30; minute += 3) await run(at(minutes + minute));
    const to = at(minutes + 60 * 30);
    const history = {
      ...(await alertHistory(store.reader, domainId, { from: START - 2, to, most: 10_000 })),
      credits: [],
      trial: [],
    };
    const preview = await previewOf({ ...defaultAlertSettings, ...more }, history, to);
    const really = { mails: (await mailsOf(store)).length, alerts: (await alertsOf(store)).length };
    expect(preview).toEqual(really);
    await expectRecounted(store);
  });
  await fc.assert(property, { numRuns: 12 });
});
