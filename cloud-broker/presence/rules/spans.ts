/**
 * A device's past presence, derived from its status changes (P5): spans, days and the share of time online. Times in milliseconds since 1970, `to`
 * exclusive.
 */
import { dateIn, dayEnd } from '../../../protocol/time-zone.ts';
import type { PresenceStatus } from './reducer.ts';

const DAY_MS = 86_400_000;
/** P5: how long history is kept. */
export const HISTORY_MS = 90 * DAY_MS;
/** The service notes every minute that it runs: what looks shorter than this may be no gap at all. */
const LEAST_AWAY_MS = 2 * 60_000;

export interface Period {
  from: number;
  to: number;
}

export interface StatusChange {
  at: number;
  status: PresenceStatus;
  /** For `offline`: it said goodbye, or it was lost (P2). */
  how: 'said' | 'lost' | null;
}

export interface Span extends Period {
  /** `unknown`: the service was down and observed nothing. */
  status: PresenceStatus | 'unknown';
  how: 'said' | 'lost' | null;
  /** P6: the device reports that it was running. That does not make it online. */
  running: boolean;
}

/** All lists are sorted by start time. */
export interface History extends Period {
  /** When it was enrolled; null: still enrolled. */
  enrolled: readonly { from: number; to: number | null }[];
  /** Starting with the last one before `from`. */
  changes: readonly StatusChange[];
  /** When the service ran. */
  runs: readonly { startedAt: number; aliveAt: number }[];
  running: readonly Period[];
}

/** When the service was down, between its runs. */
export function awayOf(runs: History['runs']): Period[] {
  return runs.slice(1).flatMap(({ startedAt }, index) => {
    const from = runs[index]?.aliveAt ?? startedAt;
    return startedAt - from < LEAST_AWAY_MS ? [] : [{ from, to: startedAt }];
  });
}

/** Splits the spans where the periods begin and end, and applies `within` to the parts inside a period. */
function cut(spans: readonly Span[], periods: readonly Period[], within: (span: Span) => Span): Span[] {
  const pieces: Span[] = [];
  let first = 0;
  for (const span of spans) {
    while ((periods[first]?.to ?? Infinity) <= span.from) first += 1;
    let { from } = span;
    for (let index = first; ; index += 1) {
      const period = periods[index];
      if (period === undefined || period.from >= span.to) break;
      const start = Math.max(period.from, from);
      const end = Math.min(period.to, span.to);
      if (start > from) pieces.push({ ...span, from, to: start });
      if (end > start) pieces.push(within({ ...span, from: start, to: end }));
      from = Math.max(from, end);
    }
    if (from < span.to) pieces.push({ ...span, from });
  }
  return pieces;
}

function joined(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const span of spans) {
    const last = all.at(-1);
    const same =
      last !== undefined &&
      last.to === span.from &&
      last.status === span.status &&
      last.how === span.how &&
      last.running === span.running;
    if (same) last.to = span.to;
    else all.push({ ...span });
  }
  return all;
}

/** Each enrolment starts as `never` heard, whatever the device was before. */
function statusSpans({ from, to, enrolled, changes }: History): Span[] {
  const spans: Span[] = [];
  for (const enrolment of enrolled) {
    const end = Math.min(enrolment.to ?? to, to);
    const changed = changes.filter(({ at }) => at >= enrolment.from && at < end);
    let current: Span = { from: Math.max(enrolment.from, from), to: end, status: 'never', how: null, running: false };
    for (const { at, status, how } of changed) {
      const since = Math.max(at, current.from);
      if (since > current.from) spans.push({ ...current, to: since });
      current = { ...current, from: since, status, how };
    }
    if (current.from < end) spans.push(current);
  }
  return spans;
}

/** P5, P6: the spans from `from` to `to` while it was enrolled, oldest first. */
export function spansOf(history: History): Span[] {
  const seen = cut(statusSpans(history), awayOf(history.runs), (span) => ({ ...span, status: 'unknown', how: null }));
  const told = cut(seen, history.running, (span) => {
    const silent = span.status === 'late' || span.status === 'offline' || span.status === 'unknown';
    return { ...span, running: silent };
  });
  return joined(told);
}

/** Milliseconds in each status, offline split by `how`. `running` overlaps with the others. */
export type Totals = Record<'online' | 'late' | 'said' | 'lost' | 'never' | 'unknown' | 'running', number>;

export function totalsOf(spans: readonly Span[]): Totals {
  const totals: Totals = { online: 0, late: 0, said: 0, lost: 0, never: 0, unknown: 0, running: 0 };
  for (const { from, to, status, how, running } of spans) {
    totals[status === 'offline' ? (how ?? 'lost') : status] += to - from;
    if (running) totals.running += to - from;
  }
  return totals;
}

/** Percentage of the known time, 0 to 100; null if there is none. */
export function uptimePercent({ online, late, said, lost }: Totals): number | null {
  const known = online + late + said + lost;
  return known === 0 ? null : (100 * online) / known;
}

/** The days (in the time zone) that the spans touch, oldest first; `date` as 2026-11-24. */
export function daysOf(spans: readonly Span[], timeZone: string): { date: string; totals: Totals }[] {
  const days = new Map<string, Span[]>();
  let day = { date: '', end: -Infinity };
  for (const span of spans) {
    for (let { from } = span; from < span.to;) {
      if (from >= day.end) day = { date: dateIn(from, timeZone), end: dayEnd(from, timeZone) };
      const to = Math.min(span.to, day.end);
      const ofDay = days.get(day.date) ?? [];
      ofDay.push({ ...span, from, to });
      days.set(day.date, ofDay);
      from = to;
    }
  }
  return [...days].map(([date, ofDay]) => ({ date, totals: totalsOf(ofDay) }));
}
