import * as z from 'zod';
import { domainName } from '../../../protocol/text.ts';
import type { DomainRow } from '../domain-rows.ts';
import { domainByName } from '../domain-rows.ts';
import type { Sql } from '../sql.ts';
import { decodeCursor, pageOf, type PageRequest } from './cursor.ts';

const place = z.union([domainName, z.literal('')]);

/** All domains, for the operator, by name. */
export function listDomains(sql: Sql, request: PageRequest): { items: DomainRow[]; nextCursor: string | null; total: number } {
  const after = decodeCursor(request.cursor, place) ?? '';
  const names = sql.all<{ name: string }>(
    'SELECT name FROM domains WHERE name > ? ORDER BY name LIMIT ?',
    after,
    request.limit + 1,
  );
  const { items, nextCursor } = pageOf(names, request.limit, (last) => last.name);
  const rows = items.map(({ name }) => domainByName(sql, name)).filter((row) => row !== null);
  return { items: rows, nextCursor, total: sql.get<{ total: number }>('SELECT count(*) AS total FROM domains')?.total ?? 0 };
}

/** Where a listed board is enrolled; null where it is not. */
export function whereIsBoard(sql: Sql, boardId: number): { deviceId: string; domain: string; enrolledAt: number } | null {
  return sql.get(
    `SELECT d.id AS deviceId, o.name AS domain, d.enrolled_at AS enrolledAt FROM devices d JOIN domains o ON o.id = d.domain_id
     WHERE d.board_id = ? AND d.state = 'enrolled'`,
    boardId,
  );
}
