/** GET /api/v1/billing/held: devices whose credits the operator still holds (E14). */
import * as z from 'zod';

const heldDevice = z.object({
  id: z.string(),
  serial: z.string(),
  label: z.string(),
  model: z.string(),
  enrolledAt: z.iso.datetime(),
  /** Credits its board brings once the operator releases them. */
  credits: z.int().min(0),
});

/** Oldest first. `total` and `credits` count every device in the list, not only this page. */
export const heldPage = z.object({
  items: z.array(heldDevice),
  nextCursor: z.string().nullable(),
  total: z.int().min(0),
  credits: z.int().min(0),
});

export type HeldPage = z.output<typeof heldPage>;
