import { InvalidArgumentError, type Command } from 'commander';
import type { Operator } from '../operator/operator.ts';
import type { Adjust } from '../operator/taking-back.ts';
import type { CloseDay } from '../operator/usage.ts';
import { EXIT, print, progressBar, table, when, type Json } from './output.ts';
import { withOperator } from './with-operator.ts';

/** Anything else is a usage error. */
function wholeNumber(text: string): number {
  if (!/^[+-]?\d{1,12}$/.test(text)) throw new InvalidArgumentError('It is not a whole number.');
  return Number(text);
}

/** L2, L9: a mistake is corrected by adding another row. */
function correctionCommands(ledger: Command): void {
  ledger
    .command('adjust <domain>')
    .description('book a correction; existing rows are never changed')
    .requiredOption('--credits <n>', 'credits to add to the domain, or, if negative, to remove from it', wholeNumber)
    .requiredOption('--reason <text>', 'shown in the history')
    .option('--id <id>', 'names the correction: if repeated, it is booked only once')
    .option('--json')
    .action(async (name: string, { json, ...asked }: Json & Adjust) => {
      const done = await withOperator(async (operator) => operator.adjust(name, asked));
      print(json === true, done, () => [done.repeated ? `${done.id} was already booked.` : `${done.id} has been booked.`]);
    });
  ledger
    .command('reverse')
    .description('reverse a row of the history, as far as the balance allows')
    .argument('<domain>')
    .argument('<n>', 'number of the row', wholeNumber)
    .requiredOption('--reason <text>', 'shown in the history')
    .option('--json')
    .action(async (name: string, n: number, { json, reason }: Json & { reason: string }) => {
      const done = await withOperator(async (operator) => operator.reverse(name, { n, reason }));
      print(json === true, done, () => [`${done.credits} credits were reversed.`]);
    });
}

/** L6. */
function closeDayCommand(ledger: Command): void {
  ledger
    .command('close-day')
    .description('charge the daily use of all days that are over, up to yesterday')
    .option('--date <YYYY-MM-DD>', 'up to this day, even if more than 7 days are open')
    .option('--domain <name>', 'for one domain only')
    .option('--waive', 'close the days without a charge')
    .option('--json')
    .action(async ({ json, ...asked }: Json & CloseDay) => {
      let bar: ReturnType<typeof progressBar> | null = null;
      const closed = await withOperator(async (operator) =>
        operator.closeDay(asked, (done, inAll) => {
          bar ??= progressBar('Closing days', inAll);
          bar.at(done);
        }),
      ).finally(() => bar?.end());
      print(json === true, closed, () => [
        `${closed.date}: ${closed.credits} credits from ${closed.domains} domains. ${closed.daysClosed} days were closed.`,
        ...closed.stuck.map(
          ({ domain, openDays, openSince }) =>
            `${domain} has ${openDays} open days since ${openSince}: close them with --date, or add --waive.`,
        ),
      ]);
    });
}

export function ledgerCommands(program: Command): void {
  const ledger = program.command('ledger').description('the ledger of credits');
  ledger
    .command('verify')
    .description('verify the ledger from its first row; exits with 1 at the first difference')
    .option('--json')
    .action(async (options: Json) => {
      const verdict = await withOperator(async (operator) => operator.verifyLedger());
      const { firstDifference: difference } = verdict;
      print(options.json === true, verdict, () => [
        difference === undefined
          ? `The ledger is correct: ${verdict.transfers} transfers in ${verdict.domains} domains, sum ${verdict.sum}.`
          : `The ledger is wrong: ${[difference.domain, difference.n === null ? '' : `row ${difference.n}`, difference.what].filter((part) => part !== '').join(' ')}.`,
        ...(verdict.damagedHeads ?? []).map(({ line, what }) => `Signed heads: line ${line} of ledger-heads.jsonl ${what}.`),
      ]);
      if (!verdict.ok) process.exitCode = EXIT.refused;
    });
  closeDayCommand(ledger);
  correctionCommands(ledger);
  ledger
    .command('history <domain>')
    .option('--json')
    .action(async (name: string, options: Json) => {
      const items = await withOperator(async (operator) => {
        const rows: Awaited<ReturnType<Operator['history']>>['items'] = [];
        for (let cursor: string | undefined; ;) {
          const page = await operator.history(name, { cursor, limit: 200 });
          rows.push(...page.items);
          if (page.nextCursor === null) return rows;
          cursor = page.nextCursor;
        }
      });
      print(options.json === true, { items }, () =>
        table([
          ['date', 'what', 'device or key', 'credits', 'balance', 'who'],
          ...items.map((row) => [
            when(row.at),
            row.kind,
            row.serial ?? row.key ?? '-',
            row.credits > 0 ? `+${row.credits}` : String(row.credits),
            String(row.balanceAfter),
            row.actor,
          ]),
        ]),
      );
    });
}
