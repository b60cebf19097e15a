import * as z from 'zod';
import { deviceText } from './text.ts';

/** Device views named by a user: the part of the address after the `?`. */

export const MAX_VIEWS = 50;
const view = z.object({ id: z.string(), name: z.string(), query: z.string() });

/** GET /me/views: sorted by name. */
export const viewList = z.object({ items: z.array(view) });
/** POST /me/views: replaces a view of the same name. */
export const viewBody = z.strictObject({
  name: deviceText(64),
  query: z
    .string()
    .max(1000)
    .regex(/^[\x21-\x7e]*$/),
});
export const viewMade = view;

export type SavedView = z.output<typeof view>;
