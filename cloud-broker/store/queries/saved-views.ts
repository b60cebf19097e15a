import type { SavedView } from '../../../protocol/api-views.ts';
import type { Sql } from '../sql.ts';

export function savedViews(sql: Sql, userId: string): SavedView[] {
  return sql.all<SavedView>('SELECT public_id AS id, name, query FROM saved_views WHERE user_id = ? ORDER BY name', userId);
}
