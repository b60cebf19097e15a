import { MAX_VIEWS, type SavedView } from '../../../protocol/api-views.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import type { WriteContext } from '../../store/commit.ts';
import { recordOwn } from './own-sessions.ts';
import type { AskedByUser } from './users.ts';
import { newPublicId } from '../../store/public-id.ts';

/** Saves a view of Devices under the user's chosen name, replacing one of the same name. Refuses a 51st with `conflict`. */
export async function saveView(context: WriteContext, input: AskedByUser & { name: string; query: string }): Promise<SavedView> {
  const { tx } = context;
  const { actorId, name, query } = input;
  const others = await tx.get<{ n: number }>(
    'SELECT count(*) AS n FROM saved_views WHERE user_id = ? AND name <> ?',
    actorId,
    name,
  );
  if ((others?.n ?? 0) >= MAX_VIEWS) throw new RollcallError('conflict', { reason: 'too-many-views', most: MAX_VIEWS });
  const saved = await tx.get<{ id: string }>(
    `INSERT INTO saved_views (public_id, user_id, name, query) VALUES (?, ?, ?, ?)
     ON CONFLICT (user_id, name) DO UPDATE SET query = excluded.query RETURNING public_id AS id`,
    newPublicId(),
    actorId,
    name,
    query,
  );
  recordOwn(context, input, 'view.saved', { name });
  return { id: saved?.id ?? '', name, query };
}

/** Refuses with `not-found`, also for views of others (A4). */
export async function deleteView(context: WriteContext, input: AskedByUser & { id: string }): Promise<void> {
  const gone = await context.tx.get<{ name: string }>(
    'DELETE FROM saved_views WHERE public_id = ? AND user_id = ? RETURNING name',
    input.id,
    input.actorId,
  );
  if (gone === null) throw new RollcallError('not-found');
  recordOwn(context, input, 'view.deleted', gone);
}
