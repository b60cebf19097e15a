import { describe, expect, test } from 'vitest';
import type { AlertSettings } from '../../../protocol/api-alerts.ts';
import { creditLevel, creditsStep, type CreditDays } from './credits.ts';
import { MemoryBook } from './in-memory-alert-store.ts';
import { previewOf } from './preview.ts';
import { replay, type AlertEvent } from './rules.ts';
import { defaultAlertSettings, verdictOf } from './settings.ts';
import { TakeOvers } from './take-overs.ts';

const START = Date.UTC(2026, 10, 23, 8);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const at = (minutes: number): number => START + minutes * MINUTE;
const lost = (deviceId: string, minutes: number): AlertEvent => ({
  type: 'status',
  at: at(minutes),
  deviceId,
  status: 'offline',
  how: 'lost',
});
const said = (deviceId: string, minutes: number): AlertEvent => ({ ...lost(deviceId, minutes), how: 'said' }) as AlertEvent;
const online = (deviceId: string, minutes: number): AlertEvent => ({
  type: 'status',
  at: at(minutes),
  deviceId,
  status: 'online',
  how: null,
});
const school = (minutes: number, of: (id: string, minutes: number) => AlertEvent): AlertEvent[] =>
  Array.from({ length: 200 }, (_, n) => of(`d-${n}`, minutes + n / 100));

async function run(events: AlertEvent[], settings: Partial<AlertSettings> = {}, days = 2): Promise<MemoryBook> {
  const book = new MemoryBook();
  const byTime = events.toSorted((one, other) => one.at - other.at);
  await replay(book, { ...defaultAlertSettings, ...settings }, byTime, START + days * 24 * HOUR);
  return book;
}

const mailsOf = (book: MemoryBook): string[] =>
  book.mails.map(({ kind, devices, at: sent }) => `${kind} ${devices} at ${(sent - START) / MINUTE}`);

describe('[P7] a lost device', () => {
  test('[P7] is told once it is away for so many minutes, and the time others may join it', async () => {
    expect(mailsOf(await run([lost('a', 0)]))).toEqual(['lost 1 at 40']);
    expect(mailsOf(await run([lost('a', 0)], { lost: { on: true, afterMinutes: 5 } }))).toEqual(['lost 1 at 15']);
    expect(mailsOf(await run([lost('a', 0)], { lost: { on: false, afterMinutes: 5 } }))).toEqual([]);
    expect(mailsOf(await run([lost('a', 0), online('a', 29)]))).toEqual([]);
    expect(mailsOf(await run([lost('a', 0), online('a', 30)]))).toEqual([]);
  });

  test('[P7] that said goodbye is never told', async () => {
    expect((await run([said('a', 0)])).alerts).toEqual([]);
    expect((await run([lost('a', 0), online('a', 5), said('a', 6)])).alerts).toEqual([]);
  });

  test('[P7] of a dark school: one mail, not 200; and one when they are back', async () => {
    const book = await run([...school(0, lost), ...school(300, online)]);
    expect(mailsOf(book)).toEqual(['lost 200 at 40', 'back 200 at 310']);
  });

  test('[P7] is told to be back only if its loss was told', async () => {
    const book = await run([lost('a', 0), lost('b', 1), online('a', 35), online('b', 60)]);
    expect(mailsOf(book)).toEqual(['lost 1 at 40', 'back 1 at 70']);
    expect(mailsOf(await run([lost('a', 0), online('a', 60)], { back: false }))).toEqual(['lost 1 at 40']);
  });

  test('[P7] that left the domain is no loss', async () => {
    expect(mailsOf(await run([lost('a', 0), { type: 'left', at: at(10), deviceId: 'a' }]))).toEqual([]);
    expect(mailsOf(await run([lost('a', 0), { type: 'left', at: at(35), deviceId: 'a' }]))).toEqual([]);
  });

  test('[P7] [P4] of the time that the service was away nothing is claimed: the watch begins anew', async () => {
    const start = (minutes: number, aliveAt: number): AlertEvent => ({ type: 'start', at: at(minutes), aliveAt: at(aliveAt) });
    expect(mailsOf(await run([lost('a', 0), start(600, 10)]))).toEqual(['lost 1 at 640']);
    expect(mailsOf(await run([lost('a', 0), start(600, 10), online('a', 602)]))).toEqual([]);
    // Raised before, not mailed yet: who comes back with the service is not told.
    expect(mailsOf(await run([lost('a', 0), start(600, 35), online('a', 602)]))).toEqual([]);
    expect(mailsOf(await run([lost('a', 0), start(600, 35)]))).toEqual(['lost 1 at 610']);
  });
});

describe('[P7] other alerts', () => {
  const one = (type: 'waits' | 'key-changed' | 'decided' | 'take-overs', minutes: number, deviceId = 'p'): AlertEvent => ({
    type,
    at: at(minutes),
    deviceId,
  });

  test('[P7] devices that wait are told together; those decided before are not', async () => {
    const pending = [one('waits', 0, 'p'), one('waits', 3, 'q'), one('waits', 4, 'r'), one('decided', 5, 'q')];
    expect(mailsOf(await run(pending))).toEqual(['waiting 2 at 10']);
    expect(mailsOf(await run(pending, { pending: false }))).toEqual([]);
  });

  test('[P7] a changed key and take-overs are suspected clones', async () => {
    const suspects = [one('key-changed', 0, 'p'), one('take-overs', 1, 'q')];
    expect(mailsOf(await run(suspects))).toEqual(['key-changed 1 at 10', 'take-overs 1 at 11']);
    expect((await run(suspects, { clone: false })).alerts).toEqual([]);
  });

  test('[P7] more than 5 take-overs in 10 minutes, each device by itself, and no more are counted than fit', () => {
    const counter = new TakeOvers();
    const noted = (id: string, minutes: readonly number[]): boolean[] => minutes.map((minute) => counter.note(id, at(minute)));
    expect(noted('a', [0, 1, 2, 3, 4, 5])).toEqual([false, false, false, false, false, true]);
    expect(noted('b', [0, 2, 4, 6, 8, 10, 12, 14])).not.toContain(true);
    for (let n = 0; n < 10_100; n += 1) counter.note(`c-${n}`, at(20));
    expect(counter.size).toBe(10_000);
  });

  test('[P7] credits for fewer than 30, 7 and 1 days: each told once, until topped up above it', () => {
    const levels = [3000, 2999, 2998, 699, 650, 2000, 650, 99, 3100, 2990].map((balance) => creditLevel(balance, 100));
    expect(levels).toEqual([null, 30, 30, 7, 7, 30, 7, 1, null, 30]);
    const raised: (CreditDays | null)[] = [];
    let open: CreditDays | null = null;
    for (const level of levels) {
      const step = creditsStep(open, level);
      raised.push(step !== null && !step.close && step.raise ? step.days : null);
      if (step !== null) open = step.close ? null : step.days;
    }
    expect(raised).toEqual([null, 30, null, 7, null, null, 7, 1, null, 30]);
    expect(creditLevel(0, 0)).toBeNull();
  });
});

describe('[P7] mails wait', () => {
  const paris: Partial<AlertSettings> = { timeZone: 'Europe/Paris', quiet: { from: '22:00', to: '06:30' } };

  test('[P7] in quiet hours, of the domain’s time zone, until they end; then all go together', async () => {
    // 8:00 UTC is 9:00 in Paris; 13 hours later the quiet hours begin.
    const night = [...school(13 * 60, lost), lost('x', 17 * 60), lost('y', 18 * 60), online('y', 19 * 60)];
    expect(mailsOf(await run(night, paris))).toEqual([`lost 201 at ${21.5 * 60}`]);
    expect(mailsOf(await run([lost('a', 60)], paris))).toEqual(['lost 1 at 100']);
  });

  test('[P7] quiet hours within a day, and on the day when the clocks change', () => {
    const settings = { ...defaultAlertSettings, ...paris, quiet: { from: '01:00', to: '05:00' } };
    const change = Date.UTC(2026, 9, 25, 0, 30);
    expect(verdictOf(settings, change - 2 * HOUR)).toBe('send');
    let when = change;
    for (let verdict = verdictOf(settings, when); typeof verdict === 'object'; verdict = verdictOf(settings, when))
      when = verdict.until;
    expect(new Date(when).toISOString()).toBe('2026-10-25T04:00:00.000Z');
  });

  test('[P7] until the day of a pause nothing is mailed, and all is recorded', async () => {
    const book = await run([lost('a', 0), lost('b', 24 * 60), online('a', 100)], { pausedUntil: '2026-11-24' });
    expect(mailsOf(book)).toEqual([`lost 1 at ${24 * 60 + 40}`]);
    expect(book.alerts).toHaveLength(2);
  });
});

test('[P7] a preview counts the mails and alerts of a history, credits and trial among them', async () => {
  const day = (n: number) => START + n * 24 * HOUR;
  const history = {
    events: [...school(0, lost)],
    credits: [3000, 2900, 700, 600].map((balance, n) => ({ at: day(n), balance, devices: 100 })),
    trial: [{ at: day(1) }],
  };
  expect(await previewOf(defaultAlertSettings, history, day(5))).toEqual({ mails: 4, alerts: 4 });
  const fewer = { ...defaultAlertSettings, credits: false, trial: false };
  expect(await previewOf(fewer, history, day(5))).toEqual({ mails: 1, alerts: 1 });
});
