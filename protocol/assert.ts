/**
 * Throws if the product's own code breaks a rule that other code relies on. External input is validated and refused with a code instead. Always
 * enabled, so it must be cheap and its caller must survive it. `rule`: what must hold.
 */
export function assert(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new Error(`broken rule: ${rule}`);
}
