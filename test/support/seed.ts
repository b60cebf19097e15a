/** Random numbers from 0 to below 1, the same again for the same seed: mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of this run, printed so that a failure can be played again with ROLLCALL_TEST_SEED. */
export function seedOfRun(test: string): number {
  const wanted = process.env['ROLLCALL_TEST_SEED'];
  const seed = wanted === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(wanted);
  console.info(`${test}: ROLLCALL_TEST_SEED=${seed}`);
  return seed;
}
