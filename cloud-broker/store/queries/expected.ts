import * as z from 'zod';
import type { Sql } from '../sql.ts';
import { expectedCount } from '../expected-rows.ts';
import { decodeCursor, pageOf, type PageRequest } from './cursor.ts';

interface ExpectedView {
  key: string;
  serial: string;
  label: string | null;
  /** JSON array of texts. */
  tags: string | null;
  uploadedAt: number;
}

/** What waits for its display, by serial. */
export function listExpected(
  sql: Sql,
  domainId: number,
  { cursor, limit }: PageRequest,
): { items: ExpectedView[]; nextCursor: string | null; total: number } {
  const after = decodeCursor(cursor, z.string().max(128)) ?? '';
  const rows = sql.all<ExpectedView>(
    `SELECT serial_key AS key, serial, label, tags, uploaded_at AS uploadedAt FROM expected_devices
     WHERE domain_id = ? AND serial_key > ? ORDER BY serial_key LIMIT ?`,
    domainId,
    after,
    limit + 1,
  );
  return { ...pageOf(rows, limit, ({ key }) => key), total: expectedCount(sql, domainId) };
}
