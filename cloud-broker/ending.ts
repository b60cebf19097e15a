/** When a process that serves is asked to end. */

/** Ctrl-C comes more than once by itself: from the terminal to the whole group, and again through whoever started this process. */
const ONE_PRESS_MS = 1000;
/** What a shell tells of a process that SIGINT ended. */
const INTERRUPTED = 130;

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP, or when the launcher is gone (bin/pinned-node.cjs). What follows changes nothing, as supervisors and
 * launchers say it twice, but another Ctrl-C of a person who will not wait: that ends the process at once.
 */
export async function askedToEnd(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let mayForce = false;
  process.on('SIGINT', () => {
    if (mayForce) process.exit(INTERRUPTED);
  });
  for (const sign of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const) process.on(sign, () => resolve());
  process.channel?.unref();
  await promise;
  // The second step lets through what came while this process was too busy to look: it belongs to the same press.
  setTimeout(() => {
    setImmediate(() => {
      mayForce = true;
    });
  }, ONE_PRESS_MS).unref();
}
