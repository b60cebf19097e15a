#!/usr/bin/env node
/**
 * `rollcall`: the server's command line (protocol.md §2). Each command loads what it needs when it runs, so that `--help` does not wait for any of
 * it.
 */
import { Command, CommanderError } from 'commander';
import { backupCommands } from './backup.ts';
import { boardCommands } from './boards.ts';
import { domainCommands } from './domains.ts';
import { claimCommands } from './claims.ts';
import { clockCommands } from './clock.ts';
import { keyCommands } from './keys.ts';
import { ledgerCommands } from './ledger.ts';
import { registerCommands } from './register.ts';
import { simulateCommand } from './simulate.ts';
import { EXIT, explain, wrongUsage, type Json } from './output.ts';
import { standardError } from '../service/log-output.ts';

const DEMO_BOARDS = 5;

// Output that cannot be written, to a full disk or a pipe without a reader, fails its command; a service continues.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => {
    standardError.failures += 1;
    process.exitCode = EXIT.refused;
  });
}

function buildProgram(): Command {
  const program = new Command('rollcall')
    .description('Lets displays enrol themselves, keeps the ledger of their credits and records their heartbeats.')
    .exitOverride();
  program
    .command('serve')
    .description('run the broker, the API and the console')
    .option('--json')
    .action(async (options: Json) => {
      const { serve } = await import('./serve.ts');
      await serve(options);
    });
  program
    .command('demo')
    .description('run a service, a domain and displays with real agents on this machine')
    .option('--boards <n>', 'number of simulated boards', String(DEMO_BOARDS))
    .option('--once', 'stop after the first heartbeats')
    .option('--json')
    .action(async (options: Json & { boards: string; once?: boolean }) => {
      const boards = Number(options.boards);
      if (!Number.isInteger(boards) || boards < 1 || boards > 100)
        throw wrongUsage('--boards takes a whole number from 1 to 100');
      const { runDemo } = await import('../demo/demo.ts');
      process.exitCode = await runDemo({ boards, once: options.once === true, json: options.json === true });
    });
  domainCommands(program);
  ledgerCommands(program);
  keyCommands(program);
  claimCommands(program);
  clockCommands(program);
  backupCommands(program);
  registerCommands(program);
  boardCommands(program);
  simulateCommand(program);
  return program;
}

async function main(): Promise<void> {
  try {
    await buildProgram().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      // Commander has already printed the errors it finds itself.
      if (error.code === 'usage') process.stderr.write(`error: ${error.message}\n`);
    } else {
      process.stderr.write(`${explain(error)}\n`);
      process.exitCode = EXIT.refused;
    }
  }
}

// Without a top-level await, bin/ can load this by `require`, which is faster than `import`.
void main();
