import type { Command } from 'commander';
import { print, when, wrongUsage, type Json } from './output.ts';
import { withOperator } from './with-operator.ts';

export function boardCommands(program: Command): void {
  const board = program.command('board').description('a board in the register');
  board
    .command('show <serial>')
    .description('show a board’s entitlement and where it is enrolled')
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
    .description('after proof of purchase, unenrol a board wherever it is and take its grant back')
    .requiredOption('--reason <text>', 'recorded in the audit log')
    .option('--json')
    .action(async (serial: string, { json, reason }: Json & { reason: string }) => {
      const done = await withOperator(async (operator) => operator.releaseBoard(serial, reason));
      print(json === true, done, () => [
        `${done.serial} is unenrolled from ${done.domain}; ${done.takenBack} credits were taken back, ${done.left} can still be granted.`,
        ...(done.missing === 0
          ? []
          : [
              `The balance did not cover ${done.missing}: once the board is enrolled again, rollcall board make-good grants them.`,
            ]),
      ]);
    });
  board
    .command('make-good <serial>')
    .description('grant, from the loss account, what taking back did not cover, to the domain where the board is now')
    .requiredOption('--reason <text>', 'recorded in the history and the audit log')
    .option('--json')
    .action(async (serial: string, { json, reason }: Json & { reason: string }) => {
      const done = await withOperator(async (operator) => operator.makeGood(serial, reason));
      print(json === true, done, () => [`${done.credits} credits were granted to ${done.domain}.`]);
    });
  program
    .command('credits')
    .description('credits that came with boards')
    .command('release [serial]')
    .description('release the held credits of one board, or of all boards of an invoice in a domain')
    .option('--invoice <id>')
    .option('--domain <name>')
    .option('--json')
    .action(async (serial: string | undefined, { json, invoice, domain }: Json & { invoice?: string; domain?: string }) => {
      const of = serial !== undefined ? { serial } : invoice !== undefined && domain !== undefined ? { invoice, domain } : null;
      if (of === null) throw wrongUsage('credits release takes SERIAL, or --invoice ID --domain NAME');
      const done = await withOperator(async (operator) => operator.releaseCredits(of));
      print(json === true, done, () => [`${done.credits} credits of ${done.released} boards were released.`]);
    });
}
