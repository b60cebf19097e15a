/** When a serving process is asked to end. */

/** One Ctrl-C may arrive several times: from the terminal to the whole process group, and again through npm. */
const ONE_PRESS_MS = 1000;
/** The exit code that shells report for a process ended by SIGINT. */
const INTERRUPTED = 130;

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP, or when the launcher asks for it or exits (bin/pinned-node.cjs). Later signals have no effect,
 * except a further Ctrl-C from a person who will not wait: it ends the process at once.
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
  // The second step lets signals through that arrived while this process was busy: they belong to the same key press.
  setTimeout(() => {
    setImmediate(() => {
      mayForce = true;
    });
  }, ONE_PRESS_MS).unref();
}
