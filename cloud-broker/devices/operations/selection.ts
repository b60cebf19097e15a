/** Operations on several devices of one domain in one transaction; the caller keeps each piece small. */
import type { ChangeRefusal } from '../../../protocol/api-selection.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import type { WriteContext } from '../../store/commit.ts';
import { deviceOfDomain } from '../rows.ts';
import { domainById, statusOf } from '../../domains/rows.ts';
import type { ChangeRequest } from '../../store/change-request.ts';
import { changeDevice } from './devices.ts';

const MAX_TAGS = 32;

export type Refused = { deviceId: string; reason: ChangeRefusal }[];

export interface ChangeTagsInput extends ChangeRequest {
  ids: string[];
  add: string[];
  remove: string[];
}

/** Adds and removes tags; each changed device gets its own audit row. Refuses all with `domain-disabled` (D5). */
export async function changeTags(
  context: WriteContext,
  input: ChangeTagsInput,
): Promise<{ changed: string[]; unchanged: number; refused: Refused }> {
  const domain = await domainById(context.tx, input.domainId);
  if (domain === null) throw new RollcallError('not-found');
  if (statusOf(domain, input.now) === 'disabled') throw new RollcallError('domain-disabled');
  const changed: string[] = [];
  const refused: Refused = [];
  for (const id of input.ids) {
    const device = await deviceOfDomain(context.tx, input.domainId, id);
    if (device === null || device.state === 'unenrolled') {
      refused.push({ deviceId: id, reason: 'not-found' });
      continue;
    }
    const row = await context.tx.get<{ tags: string }>('SELECT tags FROM devices WHERE id = ?', id);
    const before = row === null ? [] : (JSON.parse(row.tags) as string[]);
    const after = [...new Set([...before, ...input.add])].filter((tag) => !input.remove.includes(tag));
    if (after.length > MAX_TAGS) refused.push({ deviceId: id, reason: 'too-many-tags' });
    else if (JSON.stringify(after) !== JSON.stringify(before)) {
      await changeDevice(context, { ...input, id, label: null, tags: after });
      changed.push(id);
    }
  }
  return { changed, unchanged: input.ids.length - changed.length - refused.length, refused };
}
