import { Option, type Command } from 'commander';
import { print, wrongUsage, type Json } from './output.ts';
import { withOperator } from './with-operator.ts';

/** A whole number of credits; anything else is a usage error. */
function creditsOf(text: string): number {
  if (!/^\d{1,12}$/.test(text)) throw wrongUsage('--credits takes a whole number');
  return Number(text);
}

export function keyCommands(program: Command): void {
  program
    .command('key')
    .description('product keys')
    .command('issue')
    .description('issue a standalone product key, as sold by resellers')
    .requiredOption('--credits <n>', 'credits that the key is worth', creditsOf)
    .option('--email <address>', 'the buyer, who gets the key by e-mail')
    .addOption(new Option('--language <code>', 'language of the e-mail').choices(['en', 'fr']).default('en'))
    .option('--json')
    .action(async ({ json, ...asked }: Json & { credits: number; email?: string; language: 'en' | 'fr' }) => {
      const issued = await withOperator(async (operator) => operator.issueKey(asked));
      print(json === true, issued, () => [
        `${issued.key}  ${issued.credits} credits`,
        ...(issued.mailedTo === null ? [] : [`An e-mail to ${issued.mailedTo} is in the outbox.`]),
      ]);
    });
}
