import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { RollcallError } from '../../protocol/errors.ts';
import { readSettings } from '../config.ts';
import type { ImportSummary, Operator, RegisterLine } from '../operator/operator.ts';
import { readRegisterFile } from '../register/read-file.ts';
import { print, progressBar, when, type Json } from './output.ts';
import { withOperator } from './with-operator.ts';

const LINES_AT_ONCE = 1000;

async function importRegister(operator: Operator, file: string): Promise<ImportSummary> {
  const total = await countLines(file);
  const bar = progressBar('Listing boards', total);
  const sum: ImportSummary = { added: 0, changed: 0, unchanged: 0, rejected: [] };
  let batch: RegisterLine[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const report = await operator.importLines(batch);
    bar.at(batch.at(-1)?.line ?? 0);
    sum.added += report.added;
    sum.changed += report.changed;
    sum.unchanged += report.unchanged;
    sum.rejected.push(...report.rejected);
    batch = [];
  };
  for await (const line of readRegisterFile(file)) {
    batch.push(line);
    if (batch.length === LINES_AT_ONCE) await flush();
  }
  await flush();
  bar.at(total);
  bar.end();
  return sum;
}

async function countLines(file: string): Promise<number> {
  const about = await stat(file).catch(() => null);
  if (about === null || !about.isFile()) throw new RollcallError('invalid-request', { file, reason: 'there is no such file' });
  let lines = 0;
  for await (const chunk of createReadStream(file)) for (const byte of chunk as Buffer) if (byte === 10) lines += 1;
  return lines;
}

function importLines(sum: ImportSummary): string[] {
  return [
    ...sum.rejected.map(({ line, reason }) => `line ${line} rejected: ${reason}`),
    `${sum.added} added, ${sum.changed} changed, ${sum.unchanged} unchanged, ${sum.rejected.length} rejected`,
  ];
}

export function boardCommands(program: Command): void {
  program
    .command('register')
    .description('boards built and sold')
    .command('import <file>')
    .description('lists boards from CSV or JSON lines')
    .option('--json')
    .action(async (file: string, options: Json) => {
      const sum = await withOperator(readSettings(process.env), async (operator) => importRegister(operator, file));
      print(options.json === true, sum, () => importLines(sum));
    });
  program
    .command('board')
    .command('show <serial>')
    .description('a board’s entitlement and where it is')
    .option('--json')
    .action(async (serial: string, options: Json) => {
      const board = await withOperator(readSettings(process.env), async (operator) => operator.showBoard(serial));
      print(options.json === true, board, () => [
        `${board.serial}  ${board.model}  ${board.credits} credits (${board.fulfilment}), ${board.left} left`,
        board.enrolledIn === null
          ? 'not enrolled'
          : `enrolled in ${board.enrolledIn.domain} as ${board.enrolledIn.deviceId} since ${when(board.enrolledIn.enrolledAt)}`,
      ]);
    });
}
