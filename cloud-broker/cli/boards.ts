import type { Command } from 'commander';
import { print, when, wrongUsage, type Json } from './output.ts';
import { withOperator } from './with-operator.ts';

export function boardCommands(program: Command): void {
  const board = program.command('board').description('one listed board');
  board
    .command('show <serial>')
    .description('a board’s entitlement and where it is')
    .option('--json')
    .action(async (serial: string, options: Json) => {
      const shown = await withOperator(async (operator) => operator.showBoard(serial));
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
      const done = await withOperator(async (operator) => operator.releaseBoard(serial, reason));
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
      const done = await withOperator(async (operator) => operator.makeGood(serial, reason));
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
      if (of === null) throw wrongUsage('credits release takes SERIAL, or --invoice ID --domain NAME');
      const done = await withOperator(async (operator) => operator.releaseCredits(of));
      print(json === true, done, () => [`${done.credits} credits of ${done.released} boards were let go.`]);
    });
}
