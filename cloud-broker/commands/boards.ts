import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CommanderError, type Command } from 'commander';
import { RollcallError } from '../../protocol/errors.ts';
import { readSettings } from '../config.ts';
import type { ImportSummary, Operator, RegisterLine } from '../operator/operator.ts';
import { readRegisterFile } from '../register/read-file.ts';
import { EXIT, print, progressBar, when, type Json } from './output.ts';
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
  const board = program.command('board').description('one listed board');
  board
    .command('show <serial>')
    .description('a board’s entitlement and where it is')
    .option('--json')
    .action(async (serial: string, options: Json) => {
      const shown = await withOperator(readSettings(process.env), async (operator) => operator.showBoard(serial));
      print(options.json === true, shown, () => [
        `${shown.serial}  ${shown.model}  ${shown.credits} credits (${shown.fulfilment}), ${shown.left} left`,
        shown.enrolledIn === null
          ? 'not enrolled'
          : `enrolled in ${shown.enrolledIn.domain} as ${shown.enrolledIn.deviceId} since ${when(shown.enrolledIn.enrolledAt)}`,
      ]);
    });
  board
    .command('release <serial>')
    .description('after a proof of purchase: unenrols the board wherever it is and takes its grant back')
    .requiredOption('--reason <text>', 'kept in the audit log')
    .option('--json')
    .action(async (serial: string, { json, reason }: Json & { reason: string }) => {
      const done = await withOperator(readSettings(process.env), async (operator) => operator.releaseBoard(serial, reason));
      print(json === true, done, () => [
        `${done.serial} is unenrolled from ${done.domain}; ${done.takenBack} credits were taken back, ${done.left} are left to bring.`,
        ...(done.missing === 0
          ? []
          : [
              `The balance did not cover ${done.missing}: once the board is enrolled again, rollcall board make-good gives them.`,
            ]),
      ]);
    });
  board
    .command('make-good <serial>')
    .description('gives from the loss account what taking back did not cover, where the board is now')
    .requiredOption('--reason <text>', 'kept in the history and the audit log')
    .option('--json')
    .action(async (serial: string, { json, reason }: Json & { reason: string }) => {
      const done = await withOperator(readSettings(process.env), async (operator) => operator.makeGood(serial, reason));
      print(json === true, done, () => [`${done.credits} credits were given to ${done.domain}.`]);
    });
  program
    .command('credits')
    .description('credits that boards brought')
    .command('release [serial]')
    .description('lets held credits go: of one board, or of all boards of an invoice in a domain')
    .option('--invoice <id>')
    .option('--domain <name>')
    .option('--json')
    .action(async (serial: string | undefined, { json, invoice, domain }: Json & { invoice?: string; domain?: string }) => {
      const of = serial !== undefined ? { serial } : invoice !== undefined && domain !== undefined ? { invoice, domain } : null;
      if (of === null)
        throw new CommanderError(EXIT.usage, 'usage', 'credits release takes SERIAL, or --invoice ID --domain NAME');
      const done = await withOperator(readSettings(process.env), async (operator) => operator.releaseCredits(of));
      print(json === true, done, () => [`${done.credits} credits of ${done.released} boards were let go.`]);
    });
}
