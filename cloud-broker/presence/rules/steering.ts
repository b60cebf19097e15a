/**
 * Steering the herd (P4): how often devices are to be heard and over how long they are to spread, by what the service was measured
 * to take. Pure: a look every `LOOK_S` seconds brings the figures. The configured rhythm is the floor; it is lengthened soon and
 * comes back slowly.
 */

/** As `settings` and `accepted` say it, in seconds: interval ± jitter. */
export interface Rhythm {
  intervalS: number;
  jitterS: number;
}

/** Of the time since the last look. */
export interface Measured {
  /** Devices that send heartbeats now. */
  connected: number;
  /** Devices that would come back after a restart: connected or not, those that are not offline. */
  herd: number;
  /** Heartbeats a second that were taken. */
  heartbeatsPerS: number;
  /** Of the commits; 0 where there were none. */
  commitP99Ms: number;
  loopLagP99Ms: number;
  /** Boards a second that got in while others had to wait; null: nobody had to yet. */
  boardsPerS: number | null;
}

export interface Steering {
  readonly rhythm: Rhythm;
  /** Looks in a row that found the service strained, or at ease. */
  readonly strained: number;
  readonly atEase: number;
  /** Looks to pass before the last change has reached every device: until then nothing is learnt. */
  readonly settling: number;
}

export const LOOK_S = 10;
/** A lengthened interval is never outside of these. */
const BOUNDS_S = { least: 15, most: 900 } as const;
/** A heartbeat waits for 50 ms of gathering, the flush before its own and its own: beyond 100 ms each, P5's 250 ms are in danger. */
const STRAINED_MS = 100;
const AT_EASE_MS = 50;
/** Below it heartbeats are not what burdens the service: fewer of them would help nobody. */
const LEAST_PER_S = 50;
/** A disk that stalls once, or a backup, is no strain; and ease must last for five minutes. */
const STRAINED_LOOKS = 3;
const AT_EASE_LOOKS = 30;
/** Of the rate that strained it, so much is asked for next. */
const SHARE = 0.7;
const LONGER = { least: 1.25, most: 2 } as const;
const SHORTER = 0.8;

export function steadily(rhythm: Rhythm): Steering {
  return { rhythm, strained: 0, atEase: 0, settling: 0 };
}

/** The interval at which the connected devices send `SHARE` of what the service has just taken. */
function longer(intervalS: number, { connected, heartbeatsPerS }: Measured): number {
  const wantedS = connected / (SHARE * heartbeatsPerS);
  const nextS = Math.ceil(Math.min(LONGER.most * intervalS, Math.max(LONGER.least * intervalS, wantedS)));
  return Math.max(BOUNDS_S.least, Math.min(BOUNDS_S.most, nextS));
}

/**
 * The window over which the herd comes back: as long as the service needs to let all of it in, but at most half an interval, so that
 * no heartbeat comes later than 1.5 intervals after the one before.
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

/** The steering after one more look. `configured` is never undercut; where the interval is longer it is 15 to 900 s. */
export function steer(state: Steering, configured: Rhythm, measured: Measured): Steering {
  const { intervalS, ...looks } = intervalAfter(state, configured.intervalS, measured);
  return { ...looks, rhythm: { intervalS, jitterS: jitterFor(configured.jitterS, intervalS, measured) } };
}

/** Whether a device that was told one rhythm is to be told the other: any other interval, a jitter only where it matters. */
export function isMaterial(told: Rhythm, now: Rhythm): boolean {
  const jitterS = Math.abs(told.jitterS - now.jitterS);
  return told.intervalS !== now.intervalS || jitterS > Math.max(5, told.jitterS / 4);
}
