/** What a process that was started with --expose-gc holds on to. */
export interface Held {
  /** Bytes in use on the JavaScript heap after a full collection, and what lies outside of it. */
  heapBytes: number;
  rssBytes: number;
}

export async function held(): Promise<Held> {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error('started without --expose-gc');
  for (let round = 0; round < 3; round += 1) {
    gc();
    // What is let go only by a turn of the loop, such as sockets and finalizers.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapBytes: heapUsed + external, rssBytes: rss };
}
