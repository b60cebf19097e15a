import type { Command } from 'commander';
import { wrongUsage } from './output.ts';
import type { Typed } from './simulate-run.ts';

const MOST_BOARDS = 100_000;

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
    .description('simulated boards against a running service: they enrol, send heartbeats and say goodbye')
    .option('--domain <name>', 'the domain that they enrol in')
    .requiredOption('--boards <n>', 'how many', numberFrom('--boards', 1, MOST_BOARDS))
    .option(
      '--heartbeats <s>',
      'how long they stay after their first heartbeat',
      numberFrom('--heartbeats', 0, 7 * 86_400, false),
      0,
    )
    .option('--pairing-code <code>', 'where the domain asks for one')
    .option('--url <address>', 'the service; without it ROLLCALL_URL, or the one that runs on this data folder')
    .option('--seed <name>', 'board n is simulated:<name>-<n>; the same name is the same boards again', 'herd')
    .option('--ramp <s>', 'over how long they begin (default: 100 a second)', numberFrom('--ramp', 0, 86_400, false))
    .option('--storms <n>', 'so often all connections are cut at once', numberFrom('--storms', 0, 1000), 0)
    .option(
      '--clones <n>',
      'so many boards exist twice, with one identity and one key',
      numberFrom('--clones', 0, MOST_BOARDS),
      0,
    )
    .option('--register <file>', 'only writes the boards’ register lines, for rollcall register import')
    .option('--json')
    .action(async (typed: Typed) => {
      const { runSimulation } = await import('./simulate-run.ts');
      await runSimulation(typed);
    });
}
