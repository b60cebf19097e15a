import * as z from 'zod';
import type { Reads } from '../../store/tx.ts';
import { expectedCount } from '../preregistration.ts';
import { decodeCursor, pageOf, type PageRequest } from '../../store/paging.ts';

interface ExpectedView {
  key: string;
  serial: string;
  label: string | null;
  /** JSON array of strings. */
  tags: string | null;
  uploadedAt: number;
}

/** What waits for displays, by serial number. */
export async function listExpected(
  tx: Reads,
  domainId: number,
  { cursor, limit }: PageRequest,
): Promise<{ items: ExpectedView[]; nextCursor: string | null; total: number }> {
  const after = decodeCursor(cursor, z.string().max(128)) ?? '';
  const rows = await tx.all<ExpectedView>(
    `SELECT serial_key AS key, serial, label, tags, uploaded_at AS uploadedAt FROM expected_devices
     WHERE domain_id = ? AND serial_key > ? ORDER BY serial_key LIMIT ?`,
    domainId,
    after,
    limit + 1,
  );
  return { ...pageOf(rows, limit, ({ key }) => key), total: await expectedCount(tx, domainId) };
}
