import { Option, type Command } from 'commander';
import { MAX_OPEN_DAYS } from '../ledger/rules/usage.ts';
import type { DomainSummary, SetEnrolment } from '../operator/operator.ts';
import { print, table, when, type Json } from './output.ts';
import { withOperator } from './with-operator.ts';

function domainLines(domains: DomainSummary[]): string[] {
  if (domains.length === 0) return ['No domains yet. Create one: rollcall domain create NAME --email … --password …'];
  const head = ['name', 'status', 'credits', 'held', 'devices', 'created', 'trial ends'];
  const lines = table([
    head,
    ...domains.map((domain) => [
      domain.name,
      domain.status,
      String(domain.balance),
      String(domain.held),
      String(domain.devices),
      when(domain.createdAt),
      when(domain.trialEndsAt),
    ]),
  ]);
  const stuck = domains.filter(({ openDays }) => openDays > MAX_OPEN_DAYS);
  return [
    ...lines,
    ...stuck.map(
      ({ name, openDays }) =>
        `${name}: ${openDays} days of use are open. Close them: rollcall ledger close-day --domain ${name} --date YYYY-MM-DD (--waive: without a charge).`,
    ),
  ];
}

export function domainCommands(program: Command): void {
  const domain = program.command('domain').description('manage domains');
  domain
    .command('create <name>')
    .description('create an activated domain with its first user, admin@NAME')
    .requiredOption('--email <address>', 'where e-mails to the admin are sent')
    .requiredOption('--password <password>', '10 to 256 characters')
    .option('--organization <text>', 'shown on displays and in the console')
    .option('--json')
    .action(async (name: string, options: Json & { email: string; password: string; organization?: string }) => {
      const made = await withOperator(async (operator) =>
        operator.createDomain({
          name,
          email: options.email,
          password: options.password,
          organization: options.organization ?? name,
        }),
      );
      print(options.json === true, made, () => [
        `Domain ${made.name} is ${made.status} until ${when(made.trialEndsAt)}. Sign in as ${made.user}.`,
      ]);
    });
  domain
    .command('list')
    .option('--json')
    .action(async (options: Json) => {
      const items: DomainSummary[] = [];
      await withOperator(async (operator) => {
        for (let cursor: string | undefined; ;) {
          const page = await operator.listDomains({ cursor, limit: 200 });
          items.push(...page.items);
          if (page.nextCursor === null) break;
          cursor = page.nextCursor;
        }
      });
      print(options.json === true, { items }, () => domainLines(items));
    });
  domain
    .command('show <name>')
    .option('--json')
    .action(async (name: string, options: Json) => {
      const shown = await withOperator(async (operator) => operator.showDomain(name));
      print(options.json === true, shown, () => domainLines([shown]));
    });
  domain
    .command('set <name>')
    .description('set how new boards are admitted')
    .addOption(new Option('--unlisted <how>', 'boards that are not in the register').choices(['approve', 'accept']))
    .addOption(new Option('--pairing-code <what>', 'a code that new boards must know').choices(['new', 'none']))
    .addOption(new Option('--unproven-limit <n>', 'grants per day to boards without a factory key').argParser(Number))
    .option('--json')
    .action(async (name: string, options: Json & SetEnrolment) => {
      const { json, ...change } = options;
      const policy = await withOperator(async (operator) => operator.setEnrolment(name, change));
      print(json === true, policy, () => [
        `Unlisted boards: ${policy.unlisted === 'accept' ? 'enrol immediately' : 'wait for approval'}. Pairing code: ${policy.pairingCode ?? (policy.pairing ? 'required' : 'none')}. Unproven grants per day: ${policy.unprovenLimit}.`,
      ]);
    });
}
