import type { Operator } from '../operator/operator.ts';

/** Runs a command's work with the operator of this data folder. Everything that needs is loaded here, so that printing help loads none of it. */
export async function withOperator<Result>(work: (operator: Operator) => Promise<Result>): Promise<Result> {
  const [{ readSettings }, { onFolder }] = await Promise.all([import('../service/config.ts'), import('./operator-way.ts')]);
  return onFolder(readSettings(process.env), work);
}
