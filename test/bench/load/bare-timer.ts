/** A Node that does nothing but wait, as a process of its own: what of an event loop's delay is the machine's. Call: `delayMs`. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { serveCalls } from '../child.ts';

/** Milliseconds; that of the service's own metric. */
const RESOLUTION = 10;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
delay.enable();

/** Milliseconds below which 99 % of the loop's delays were since it was asked last; its own timer's 10 ms are in it. */
function delayMs(): number {
  const ms = delay.percentile(99) / 1e6;
  delay.reset();
  return ms;
}

serveCalls({ delayMs });
