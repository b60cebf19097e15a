import type { Command } from 'commander';
import { wrongUsage } from './output.ts';
import type { Typed } from './simulate-run.ts';

const MAX_BOARDS = 100_000;

function numberFrom(name: string, least: number, most: number, whole = true): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const right = text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value));
    if (!right) throw wrongUsage(`${name} takes a ${whole ? 'whole ' : ''}number from ${least} to ${most}`);
    return value;
  };
}

export function simulateCommand(program: Command): void {
  program
    .command('simulate')
    .description('run simulated boards against a running service: they enrol, send heartbeats and sign off')
    .option('--domain <name>', 'the domain in which they enrol')
    .requiredOption('--boards <n>', 'number of boards', numberFrom('--boards', 1, MAX_BOARDS))
    .option(
      '--heartbeats <s>',
      'seconds for which they stay after their first heartbeat',
      numberFrom('--heartbeats', 0, 7 * 86_400, false),
      0,
    )
    .option('--pairing-code <code>', 'if the domain requires one')
    .option('--url <address>', 'the service (default: ROLLCALL_URL, or the service running on this data folder)')
    .option('--seed <name>', 'board n is simulated:<name>-<n>; the same name gives the same boards again', 'herd')
    .option(
      '--ramp <s>',
      'seconds over which they start (default: 100 boards per second)',
      numberFrom('--ramp', 0, 86_400, false),
    )
    .option('--storms <n>', 'how many times all connections are cut at once', numberFrom('--storms', 0, 1000), 0)
    .option(
      '--clones <n>',
      'how many boards exist twice, with the same identity and key',
      numberFrom('--clones', 0, MAX_BOARDS),
      0,
    )
    .option('--register <file>', 'only write the boards’ register lines, for rollcall register import')
    .option('--json')
    .action(async (typed: Typed) => {
      const { runSimulation } = await import('./simulate-run.ts');
      await runSimulation(typed);
    });
}
