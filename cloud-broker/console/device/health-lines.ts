import type { HealthHour } from '../../../protocol/api-health.ts';

export type Reported = Exclude<keyof HealthHour, 'at'>;

const HOUR_MS = 3_600_000;

interface Edge {
  at: number;
  value: number | null;
}

/** A step line, level for each hour, the last one up to `end`. It breaks where nothing was reported. */
export function stepsOf(hours: readonly HealthHour[], end: number, of: Reported): Edge[] {
  return hours.flatMap((hour): Edge[] => {
    const at = Date.parse(hour.at);
    const value = hour.heartbeats === 0 ? null : hour[of];
    return value === null ? [{ at, value }] : [at, Math.min(end, at + HOUR_MS)].map((edge) => ({ at: edge, value }));
  });
}
