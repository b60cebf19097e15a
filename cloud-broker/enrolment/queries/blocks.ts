import * as z from 'zod';
import type { Reads } from '../../store/tx.ts';
import { decodeCursor, pageOf, type PageRequest } from '../../store/paging.ts';

export interface BlockView {
  id: string;
  serial: string;
  keyFingerprint: string;
  kind: 'rejected' | 'blocked';
  sinceAt: number;
  untilAt: number | null;
  actor: string;
}

const COLUMNS =
  'public_id AS id, serial, key_fingerprint AS keyFingerprint, kind, since_at AS sinceAt, until_at AS untilAt, actor';
const place = z.tuple([z.int(), z.string().max(64)]);

/** E6: blocks in force at `now`, newest first. */
export async function listBlocks(
  tx: Reads,
  domainId: number,
  request: PageRequest,
  now: number,
): Promise<{ items: BlockView[]; nextCursor: string | null; total: number }> {
  const before = decodeCursor(request.cursor, place) ?? [Number.MAX_SAFE_INTEGER, ''];
  const holding = 'domain_id = ? AND (until_at IS NULL OR until_at > ?)';
  const rows = await tx.all<BlockView>(
    `SELECT ${COLUMNS} FROM blocks WHERE ${holding} AND (since_at, public_id) < (?, ?) ORDER BY since_at DESC, public_id DESC LIMIT ?`,
    domainId,
    now,
    ...before,
    request.limit + 1,
  );
  const total =
    (await tx.get<{ total: number }>(`SELECT count(*) AS total FROM blocks WHERE ${holding}`, domainId, now))?.total ?? 0;
  return { ...pageOf(rows, request.limit, (last) => [last.sinceAt, last.id]), total };
}

export async function blockView(tx: Reads, domainId: number, id: string): Promise<BlockView | null> {
  return await tx.get<BlockView>(`SELECT ${COLUMNS} FROM blocks WHERE public_id = ? AND domain_id = ?`, id, domainId);
}
