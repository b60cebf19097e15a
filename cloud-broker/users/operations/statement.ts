import { RollcallError } from '../../../protocol/errors.ts';
import type { WriteContext } from '../../store/commit.ts';
import type { Parameter } from '../../store/tx.ts';

/** One write statement of the sign-in library, on its own tables only. */
export async function accountStatement(
  context: WriteContext,
  input: { text: string; parameters: Parameter[] },
): Promise<Record<string, unknown>[]> {
  const table = /^\s*(?:insert\s+into|update|delete\s+from)\s+"?(auth_[a-z_]+)"?/i.exec(input.text);
  if (table === null) throw new RollcallError('internal', { reason: 'not a statement on the tables of accounts' });
  return await context.tx.all<Record<string, unknown>>(input.text, ...input.parameters);
}
