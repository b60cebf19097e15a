import { RollcallError } from '../../protocol/errors.ts';
import { serialKey } from '../../protocol/text.ts';
import { mergeEntry, parseRegisterEntry, type RegisterEntry } from './rules/entry.ts';
import type { WriteContext } from '../store/commit.ts';
import { boardBySerial, type BoardRow } from './rows.ts';
import type { Reads } from '../store/tx.ts';
import { placeAnew } from './unproven.ts';

/** Maximum lines per operation: bounds how long an import occupies the writer. */
const MAX_IMPORT_LINES = 1000;

export interface ImportInput {
  now: number;
  actor: string;
  lines: { line: number; values: unknown }[];
}

export interface ImportReport {
  added: number;
  changed: number;
  unchanged: number;
  rejected: { line: number; reason: string }[];
}

/** K2: lists boards. Each line has its own verdict; a rejected line does not stop others; repeating an import changes nothing. */
export async function importBoards(context: WriteContext, input: ImportInput): Promise<ImportReport> {
  if (input.lines.length > MAX_IMPORT_LINES)
    throw new RollcallError('invalid-request', { reason: `at most ${MAX_IMPORT_LINES} lines at a time` });
  const report: ImportReport = { added: 0, changed: 0, unchanged: 0, rejected: [] };
  for (const { line, values } of input.lines) {
    const parsed = parseRegisterEntry(values);
    if ('reason' in parsed) report.rejected.push({ line, reason: parsed.reason });
    else await list(context, parsed.entry, line, input.now, report);
  }
  if (report.added + report.changed > 0) {
    context.audit({
      domainId: null,
      at: input.now,
      actor: input.actor,
      action: 'register.imported',
      subject: 'register',
      details: { added: report.added, changed: report.changed },
    });
  }
  return report;
}

async function list(context: WriteContext, entry: RegisterEntry, line: number, now: number, report: ImportReport): Promise<void> {
  const { tx } = context;
  const key = serialKey(entry.serial);
  const row = await boardBySerial(tx, key);
  const merged = mergeEntry(row === null ? null : { ...row, left: row.leftCredits }, entry);
  if (merged.verdict === 'added' || merged.verdict === 'changed') {
    const reason = await keyIsIssued(tx, entry, row);
    if (reason !== null) {
      report.rejected.push({ line, reason });
      return;
    }
  }
  if (merged.verdict === 'rejected') {
    report.rejected.push({ line, reason: merged.reason });
    return;
  }
  report[merged.verdict] += 1;
  if (merged.verdict === 'added') {
    tx.send(
      `INSERT INTO boards (serial_key, serial, model, factory_public_key, invoice, purchased_on, fulfilment, credits, left_credits, listed_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      key,
      entry.serial,
      entry.model,
      entry.factoryPublicKey,
      entry.invoice,
      entry.purchasedOn,
      entry.fulfilment,
      entry.credits,
      entry.credits,
      now,
    );
  } else if (merged.verdict === 'changed' && row !== null) {
    const { board } = merged;
    tx.send(
      `UPDATE boards SET serial = ?, model = ?, factory_public_key = ?, invoice = ?, purchased_on = ?, fulfilment = ?, credits = ?, left_credits = ? WHERE id = ?`,
      board.serial,
      board.model,
      board.factoryPublicKey,
      board.invoice,
      board.purchasedOn,
      board.fulfilment,
      board.credits,
      board.left,
      row.id,
    );
    if (board.invoice !== row.invoice || board.factoryPublicKey !== row.factoryPublicKey) placeAnew(tx, row.id);
  }
}

/** K2: all boards of an invoice share one key, so none can join it or gain credits after it was issued. */
async function keyIsIssued(tx: Reads, entry: RegisterEntry, row: BoardRow | null): Promise<string | null> {
  const brings = entry.credits - (row === null ? 0 : row.credits - row.leftCredits);
  if (entry.fulfilment !== 'product-key' || entry.invoice === null || brings === 0) return null;
  const issued = (await tx.get('SELECT 1 AS found FROM product_keys WHERE invoice = ?', entry.invoice)) !== null;
  return issued ? 'invoice: its product key was issued already' : null;
}
