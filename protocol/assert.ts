/**
 * Throws where our own code breaks a rule that other code relies on. What comes from outside is checked and refused instead, with a
 * code. Always on, so it must be cheap, and its caller must survive it. `rule`: what has to hold.
 */
export function assert(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new Error(`broken rule: ${rule}`);
}
