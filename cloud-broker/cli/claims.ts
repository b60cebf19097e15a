import type { Command } from 'commander';
import { print, when, type Json } from './output.ts';
import { withOperator } from './with-operator.ts';

export function claimCommands(program: Command): void {
  program
    .command('claim')
    .description('claim codes for invoices')
    .command('issue')
    .description('issue a claim code, which becomes a product key in the Admin Portal; when repeated, prints the same code')
    .requiredOption('--invoice <id>', 'the invoice, as in the register')
    .option('--json')
    .action(async ({ json, invoice }: Json & { invoice: string }) => {
      const issued = await withOperator(async (operator) => operator.issueClaim(invoice));
      print(json === true, issued, () => [
        `${issued.code}  invoice ${issued.invoice}, ${issued.expired ? 'expired at' : 'valid until'} ${when(issued.validUntil)} UTC`,
      ]);
      // Goes to standard error, so that a script that prints codes onto invoices is notified too.
      if (issued.expired)
        process.stderr.write(
          `warning: This claim code expired on ${issued.validUntil.slice(0, 10)}, a year after the purchase, and can no longer be claimed.\n` +
            'Next step: if the purchase date in the register is wrong, correct it and import it again; otherwise run `rollcall key issue`.\n',
        );
    });
}
