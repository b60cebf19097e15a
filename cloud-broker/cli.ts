#!/usr/bin/env node
/** `rollcall`: the server's command line (protocol.md §2). */
import { stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { RollcallError } from '../protocol/errors.ts';
import { EXIT, explain, print, progressBar, table } from './cli-output.ts';
import { withOperator } from './cli-operator.ts';
import { readSettings } from './config.ts';
import { runDemo } from './demo/demo.ts';
import { createLog, startService } from './main.ts';
import type { DomainSummary, ImportSummary, Operator, RegisterLine } from './operator/operator.ts';
import { readRegisterFile } from './register/read-file.ts';

const LINES_AT_ONCE = 1000;
const DEMO_BOARDS = 5;

interface Json {
  json?: boolean;
}

function when(iso: string | null): string {
  return iso === null ? '-' : iso.slice(0, 16).replace('T', ' ');
}

function domainLines(domains: DomainSummary[]): string[] {
  if (domains.length === 0) return ['No domains yet. Make one: rollcall domain create NAME --email … --password …'];
  const head = ['name', 'status', 'credits', 'devices', 'created', 'trial ends'];
  return table([
    head,
    ...domains.map((domain) => [
      domain.name,
      domain.status,
      String(domain.balance),
      String(domain.devices),
      when(domain.createdAt),
      when(domain.trialEndsAt),
    ]),
  ]);
}

async function serve({ json }: Json): Promise<void> {
  const settings = readSettings(process.env);
  const log = createLog(settings.logLevel);
  const service = await startService(settings, log, (error) => {
    log.fatal({ error: error.message }, 'the store failed; the service ends');
    process.exit(EXIT.refused);
  });
  const stop = (): void => {
    service.close().then(
      () => process.exit(EXIT.done),
      (error: unknown) => {
        log.error({ error: error instanceof Error ? error.message : String(error) }, 'the service did not stop cleanly');
        process.exit(EXIT.refused);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(signal, stop);
  process.channel?.unref();
  print(json === true, { event: 'listening', http: service.httpUrl, mqtt: service.mqttUrl, ca: service.caFile }, () => [
    `Console  ${service.httpUrl}`,
    `Devices  ${service.mqttUrl}`,
    `CA       ${service.caFile}`,
  ]);
}

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

function domainCommands(program: Command): void {
  const domain = program.command('domain').description('domains, as the operator sees them');
  domain
    .command('create <name>')
    .description('makes an activated domain with its first user, admin@NAME')
    .requiredOption('--email <address>', 'where mails to the admin go')
    .requiredOption('--password <password>', '10 to 256 characters')
    .option('--organization <text>', 'shown on displays and in the console')
    .option('--json')
    .action(async (name: string, options: Json & { email: string; password: string; organization?: string }) => {
      const made = await withOperator(readSettings(process.env), async (operator) =>
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
      await withOperator(readSettings(process.env), async (operator) => {
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
      const shown = await withOperator(readSettings(process.env), async (operator) => operator.showDomain(name));
      print(options.json === true, shown, () => domainLines([shown]));
    });
  domain
    .command('set <name>')
    .description('how new boards get in')
    .addOption(new Option('--unlisted <how>', 'boards that are not in the register').choices(['approve', 'accept']))
    .addOption(new Option('--pairing-code <what>', 'a code that new boards must know').choices(['new', 'none']))
    .option('--json')
    .action(async (name: string, options: Json & { unlisted?: 'approve' | 'accept'; pairingCode?: 'new' | 'none' }) => {
      const { json, ...change } = options;
      const policy = await withOperator(readSettings(process.env), async (operator) => operator.setEnrolment(name, change));
      print(json === true, policy, () => [
        `Unlisted boards: ${policy.unlisted === 'accept' ? 'enrol at once' : 'wait for approval'}. Pairing code: ${policy.pairingCode ?? (policy.pairing ? 'asked for' : 'none')}.`,
      ]);
    });
}

function ledgerCommands(program: Command): void {
  const ledger = program.command('ledger').description('the books');
  ledger
    .command('verify')
    .description('proves the books from the first row; exits 1 at the first difference')
    .option('--json')
    .action(async (options: Json) => {
      const verdict = await withOperator(readSettings(process.env), async (operator) => operator.verifyLedger());
      const { firstDifference: difference } = verdict;
      print(options.json === true, verdict, () => [
        difference === undefined
          ? `The books are right: ${verdict.transfers} transfers in ${verdict.domains} domains, sum ${verdict.sum}.`
          : `The books are wrong: ${difference.domain} ${difference.n === null ? '' : `row ${difference.n} `}${difference.what}.`,
      ]);
      if (!verdict.ok) process.exitCode = EXIT.refused;
    });
  ledger
    .command('history <domain>')
    .option('--json')
    .action(async (name: string, options: Json) => {
      const items = await withOperator(readSettings(process.env), async (operator) => {
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

function buildProgram(): Command {
  const program = new Command('rollcall')
    .description('Displays enrol themselves, their credits are booked, their heartbeats are seen.')
    .exitOverride();
  program.command('serve').description('runs broker, API and console').option('--json').action(serve);
  program
    .command('demo')
    .description('the whole main job on this machine, with real agents')
    .option('--boards <n>', 'simulated boards', String(DEMO_BOARDS))
    .option('--once', 'stop after the first heartbeats')
    .option('--json')
    .action(async (options: Json & { boards: string; once?: boolean }) => {
      const boards = Number(options.boards);
      if (!Number.isInteger(boards) || boards < 1 || boards > 100)
        throw new CommanderError(EXIT.usage, 'usage', '--boards takes a whole number from 1 to 100');
      process.exitCode = await runDemo({ boards, once: options.once === true, json: options.json === true });
    });
  domainCommands(program);
  ledgerCommands(program);
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
  return program;
}

try {
  await buildProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  else {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = EXIT.refused;
  }
}
