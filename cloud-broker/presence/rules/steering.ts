/**
 * Steering the fleet (P4): how often devices report and over what period they spread, based on the measured capacity of the service. Pure: a check
 * every `LOOK_S` seconds supplies the figures. The configured rhythm is the minimum; the interval grows quickly and shrinks slowly.
 */

/** As sent in `settings` and `accepted`, in seconds: interval ± jitter. */
export interface Rhythm {
  intervalS: number;
  jitterS: number;
}

/** Measured since the last check. */
export interface Measured {
  /** Devices sending heartbeats now. */
  connected: number;
  /** Devices that would come back after a restart: all that are not offline, connected or not. */
  herd: number;
  /** Heartbeats accepted per second. */
  heartbeatsPerS: number;
  /** Of the commits; 0 if there were none. */
  commitP99Ms: number;
  loopLagP99Ms: number;
  /** Boards per second admitted while others had to wait; null: none has had to yet. */
  boardsPerS: number | null;
}

export interface Steering {
  readonly rhythm: Rhythm;
  /** Consecutive checks that found the service strained, or at ease. */
  readonly strained: number;
  readonly atEase: number;
  /** Checks left before the last change has reached every device: until then nothing is inferred. */
  readonly settling: number;
}

export const LOOK_S = 10;
/** Limits of a lengthened interval. */
const BOUNDS_S = { least: 15, most: 900 } as const;
/** A heartbeat waits for 50 ms of gathering, the previous flush and its own: above 100 ms each, P5's 250 ms are at risk. */
const STRAINED_MS = 100;
const AT_EASE_MS = 50;
/** Below this rate, heartbeats are not the load on the service: sending fewer would not help. */
const LEAST_PER_S = 50;
/** A single disk stall or a backup is no strain; and ease must last for five minutes. */
const STRAINED_LOOKS = 3;
const AT_EASE_LOOKS = 30;
/** Share of the rate that caused the strain to ask for next. */
const SHARE = 0.7;
const LONGER = { least: 1.25, most: 2 } as const;
const SHORTER = 0.8;

export function steadily(rhythm: Rhythm): Steering {
  return { rhythm, strained: 0, atEase: 0, settling: 0 };
}

/** The interval at which the connected devices send `SHARE` of what the service has just accepted. */
function longer(intervalS: number, { connected, heartbeatsPerS }: Measured): number {
  const wantedS = connected / (SHARE * heartbeatsPerS);
  const nextS = Math.ceil(Math.min(LONGER.most * intervalS, Math.max(LONGER.least * intervalS, wantedS)));
  return Math.max(BOUNDS_S.least, Math.min(BOUNDS_S.most, nextS));
}

/**
 * The window over which the fleet comes back: as long as the service needs to admit all of it, but at most half an interval, so that no heartbeat
 * comes later than 1.5 intervals after the previous one.
 */
function jitterFor(configuredS: number, intervalS: number, { herd, boardsPerS }: Measured): number {
  if (boardsPerS === null) return configuredS;
  return Math.max(configuredS, Math.min(Math.floor(intervalS / 2), Math.ceil(herd / Math.max(1, boardsPerS))));
}

function intervalAfter(
  state: Steering,
  configuredS: number,
  measured: Measured,
): Omit<Steering, 'rhythm'> & { intervalS: number } {
  const { intervalS } = state.rhythm;
  const unchanged = { intervalS, strained: 0, atEase: 0, settling: 0 };
  if (state.settling > 0) return { ...unchanged, settling: state.settling - 1 };
  const slowest = Math.max(measured.commitP99Ms, measured.loopLagP99Ms);
  const changed = (nextS: number): ReturnType<typeof intervalAfter> =>
    nextS === intervalS ? unchanged : { ...unchanged, intervalS: nextS, settling: Math.ceil(intervalS / LOOK_S) };
  if (slowest > STRAINED_MS && measured.heartbeatsPerS >= LEAST_PER_S) {
    const strained = state.strained + 1;
    if (strained < STRAINED_LOOKS) return { ...unchanged, strained };
    return changed(Math.max(intervalS, longer(intervalS, measured)));
  }
  if (slowest >= AT_EASE_MS || intervalS <= configuredS) return unchanged;
  const atEase = state.atEase + 1;
  if (atEase < AT_EASE_LOOKS) return { ...unchanged, atEase };
  return changed(Math.max(configuredS, Math.floor(SHORTER * intervalS)));
}

/** The steering after one more check. It never goes below `configured`; a lengthened interval is 15 to 900 s. */
export function steer(state: Steering, configured: Rhythm, measured: Measured): Steering {
  const { intervalS, ...looks } = intervalAfter(state, configured.intervalS, measured);
  return { ...looks, rhythm: { intervalS, jitterS: jitterFor(configured.jitterS, intervalS, measured) } };
}

/** Whether a device told one rhythm must be told the other: for any other interval, but for a jitter only if the difference matters. */
export function isMaterial(told: Rhythm, now: Rhythm): boolean {
  const jitterS = Math.abs(told.jitterS - now.jitterS);
  return told.intervalS !== now.intervalS || jitterS > Math.max(5, told.jitterS / 4);
}
