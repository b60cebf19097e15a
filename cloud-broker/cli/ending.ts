/** When a process that serves is asked to end. */

/** Ctrl-C may come more than once by itself: from the terminal to the whole group, and again through npm. */
const ONE_PRESS_MS = 1000;
/** What a shell tells of a process that SIGINT ended. */
const INTERRUPTED = 130;

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP, or when the launcher says so or is gone (bin/pinned-node.cjs). What follows changes nothing but a
 * later Ctrl-C, of a person who will not wait: that ends the process at once.
 */
export async function askedToEnd(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let mayForce = false;
  process.on('SIGINT', () => {
    if (mayForce) process.exit(INTERRUPTED);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  process.on('disconnect', () => resolve());
  process.on('message', (message) => {
    if (message === 'end') resolve();
  });
  process.send?.('tell-me');
  process.channel?.unref();
  await promise;
  // The second step lets through what came while this process was too busy to look: it belongs to the same press.
  setTimeout(() => {
    setImmediate(() => {
      mayForce = true;
    });
  }, ONE_PRESS_MS).unref();
}
