import { RollcallError } from '../../../protocol/errors.ts';
import type { WriteContext } from '../context.ts';
import type { Parameter } from '../sql.ts';

/** One writing statement of the sign-in library, on its own tables and no others. */
export function accountStatement(
  context: WriteContext,
  input: { text: string; parameters: Parameter[] },
): Record<string, unknown>[] {
  const table = /^\s*(?:insert\s+into|update|delete\s+from)\s+"?(auth_[a-z_]+)"?/i.exec(input.text);
  if (table === null) throw new RollcallError('internal', { reason: 'not a statement on the tables of accounts' });
  return context.sql.all<Record<string, unknown>>(input.text, ...input.parameters);
}
