import type { Operator } from '../operator/operator.ts';

/** Runs a command's work by the operator of this data folder. All that takes is loaded here: what only prints help needs nothing of it. */
export async function withOperator<Result>(work: (operator: Operator) => Promise<Result>): Promise<Result> {
  const [{ readSettings }, { onFolder }] = await Promise.all([import('../service/config.ts'), import('./operator-way.ts')]);
  return onFolder(readSettings(process.env), work);
}
