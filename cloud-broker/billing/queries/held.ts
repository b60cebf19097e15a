import * as z from 'zod';
import type { Reads } from '../../store/tx.ts';
import { decodeCursor, pageOf, type PageRequest } from '../../store/paging.ts';
import { HAS_TAG, type Viewer } from '../../devices/queries/devices.ts';

/** A device whose credits the operator still holds (E14). */
interface HeldView {
  id: string;
  serial: string;
  label: string;
  model: string;
  enrolledAt: number;
  credits: number;
}

interface HeldList {
  items: HeldView[];
  nextCursor: string | null;
  total: number;
  credits: number;
}

/** Enrolment time and id of the last device returned. */
const place = z.tuple([z.int(), z.string().max(64)]);

/** E14: held devices that the viewer may see, those waiting longest first, and the total credits they bring. */
export async function listHeld(tx: Reads, viewer: Viewer, request: PageRequest): Promise<HeldList> {
  const [enrolledAt, id] = decodeCursor(request.cursor, place) ?? [0, ''];
  const held = ["d.domain_id = ? AND d.state = 'enrolled' AND d.grant_reason = 'held'", ...viewer.tags.map(() => HAS_TAG)];
  const from = `FROM devices d JOIN boards b ON b.id = d.board_id WHERE ${held.join(' AND ')}`;
  const rows = await tx.all<HeldView>(
    `SELECT d.id, d.serial, d.label, d.model, d.enrolled_at AS enrolledAt, b.left_credits AS credits ${from}
     AND (d.enrolled_at, d.id) > (?, ?) ORDER BY d.enrolled_at, d.id LIMIT ?`,
    viewer.domainId,
    ...viewer.tags,
    enrolledAt,
    id,
    request.limit + 1,
  );
  const all = await tx.get<{ total: number; credits: number }>(
    `SELECT count(*) AS total, coalesce(sum(b.left_credits), 0) AS credits ${from}`,
    viewer.domainId,
    ...viewer.tags,
  );
  return {
    ...pageOf(rows, request.limit, (last) => [last.enrolledAt, last.id]),
    total: all?.total ?? 0,
    credits: all?.credits ?? 0,
  };
}
