import * as z from 'zod';
import { domainName } from '../../../protocol/text.ts';
import type { DomainRow } from '../rows.ts';
import { domainByName } from '../rows.ts';
import type { Reads } from '../../store/tx.ts';
import { decodeCursor, pageOf, type PageRequest } from '../../store/paging.ts';

const place = z.union([domainName, z.literal('')]);

/** All domains, for the operator, by name. */
export async function listDomains(
  tx: Reads,
  request: PageRequest,
): Promise<{ items: DomainRow[]; nextCursor: string | null; total: number }> {
  const after = decodeCursor(request.cursor, place) ?? '';
  const names = await tx.all<{ name: string }>(
    'SELECT name FROM domains WHERE name > ? ORDER BY name LIMIT ?',
    after,
    request.limit + 1,
  );
  const { items, nextCursor } = pageOf(names, request.limit, (last) => last.name);
  const rows = (await Promise.all(items.map(async ({ name }) => domainByName(tx, name)))).filter((row) => row !== null);
  return {
    items: rows,
    nextCursor,
    total: (await tx.get<{ total: number }>('SELECT count(*) AS total FROM domains'))?.total ?? 0,
  };
}

/** Where a listed board is enrolled; null if it is not. */
export async function whereIsBoard(
  tx: Reads,
  boardId: number,
): Promise<{ deviceId: string; domain: string; enrolledAt: number } | null> {
  return await tx.get(
    `SELECT d.id AS deviceId, o.name AS domain, d.enrolled_at AS enrolledAt FROM devices d JOIN domains o ON o.id = d.domain_id
     WHERE d.board_id = ? AND d.state = 'enrolled'`,
    boardId,
  );
}
