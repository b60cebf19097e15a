import type { Command } from 'commander';
import type { ClockView } from '../operator/clock.ts';
import { print, when, type Json } from './output.ts';
import { withOperator } from './with-operator.ts';

function lines({ machine, service, believed }: ClockView): string[] {
  if (believed) return [`The machine's clock is trusted: ${when(machine)} UTC.`];
  return [
    `The machine's clock says ${when(machine)} UTC, but according to the stored data it is ${when(service)} UTC.`,
    'Until this is resolved, no trial starts, no credits are granted or charged, and no old data is removed.',
    'Correcting the clock is enough; if it is right already, run `rollcall clock accept`.',
  ];
}

export function clockCommands(program: Command): void {
  const clock = program.command('clock').description('show or accept the machine’s clock when it is in doubt');
  clock
    .command('show', { isDefault: true })
    .description('show the time according to the machine and to the service')
    .option('--json')
    .action(async ({ json }: Json) => {
      const seen = await withOperator(async (operator) => operator.clock());
      print(json === true, seen, () => lines(seen));
    });
  clock
    .command('accept')
    .description('confirm that the machine’s clock is right, although it is far from the stored time')
    .option('--json')
    .action(async ({ json }: Json) => {
      const seen = await withOperator(async (operator) => operator.acceptClock());
      print(json === true, seen, () => lines(seen));
    });
}
