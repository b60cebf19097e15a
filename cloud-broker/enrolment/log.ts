import type { EnrolmentAttempt } from './attempt.ts';
import { assert } from '../../protocol/assert.ts';
import { serialKey } from '../../protocol/text.ts';
import type { WriteContext } from '../store/commit.ts';

/** Maximum refused attempts kept per domain, one per serial number and code. */
const MAX_KEPT = 1000;

export type Try = Pick<EnrolmentAttempt, 'now' | 'address' | 'correlationId'> & { board: { serial: string; model: string } };

export interface TryOutcome {
  outcome: 'accepted' | 'pending' | 'rejected';
  code: string | null;
  deviceId: string | null;
  granted: number;
}

/** Adds the enrolment log's entry (E11), with the code and correlation id shown on the display and in the server's log. */
export function reportTry(context: WriteContext, domainId: number, made: Try, entry: TryOutcome): void {
  const { now, board, address, correlationId } = made;
  const { serial, model } = board;
  assert((entry.outcome === 'rejected') === (entry.deviceId === null), 'who is not rejected has a device, and nobody else');
  assert((entry.outcome === 'accepted') === (entry.code === null), 'who is not accepted is told why');
  assert(entry.granted === 0 || entry.outcome === 'accepted', 'who is not accepted is granted nothing');
  context.emit(domainId, now, {
    type: 'enrolment',
    data: { at: new Date(now).toISOString(), serial, model, address, correlationId, ...entry },
  });
  if (entry.outcome === 'rejected' && entry.code !== null) keepRefused(context, domainId, made, entry.code);
}

/** One row per serial number and code, with the latest attempt: a display that keeps asking does not fill the table. */
function keepRefused({ tx }: WriteContext, domainId: number, { now, board, address, correlationId }: Try, code: string): void {
  tx.send(
    `INSERT INTO refused_tries (domain_id, serial_key, code, serial, model, first_at, at, address, correlation_id)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8)
     ON CONFLICT (domain_id, serial_key, code) DO UPDATE SET model = ?5, at = ?6, address = ?7, correlation_id = ?8, times = refused_tries.times + 1`,
    domainId,
    serialKey(board.serial),
    code,
    board.serial,
    board.model,
    now,
    address,
    correlationId,
  );
  tx.send(
    `DELETE FROM refused_tries WHERE domain_id = ?1
      AND at < (SELECT at FROM refused_tries WHERE domain_id = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2)`,
    domainId,
    MAX_KEPT - 1,
  );
}
