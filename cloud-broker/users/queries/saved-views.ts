import type { SavedView } from '../../../protocol/api-views.ts';
import type { Reads } from '../../store/tx.ts';

export async function savedViews(tx: Reads, userId: string): Promise<SavedView[]> {
  return await tx.all<SavedView>('SELECT public_id AS id, name, query FROM saved_views WHERE user_id = ? ORDER BY name', userId);
}
