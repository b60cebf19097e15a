import type { Command } from 'commander';
import type { ClockView } from '../operator/clock.ts';
import { print, when, type Json } from './output.ts';
import { withOperator } from './with-operator.ts';

function lines({ machine, service, believed }: ClockView): string[] {
  if (believed) return [`The machine's clock is believed: ${when(machine)} UTC.`];
  return [
    `The machine's clock says ${when(machine)} UTC, but by what is stored it is ${when(service)} UTC.`,
    'Until that is settled no trial begins, no credit is granted or charged, and nothing old is removed.',
    'Set the clock right, which is enough; or, if it is right, run `rollcall clock accept`.',
  ];
}

export function clockCommands(program: Command): void {
  const clock = program.command('clock').description('what time it is, where the machine’s clock is in doubt');
  clock
    .command('show', { isDefault: true })
    .description('what the machine and the service take for the time')
    .option('--json')
    .action(async ({ json }: Json) => {
      const seen = await withOperator(async (operator) => operator.clock());
      print(json === true, seen, () => lines(seen));
    });
  clock
    .command('accept')
    .description('says that the machine’s clock is right, though it is far from what was stored')
    .option('--json')
    .action(async ({ json }: Json) => {
      const seen = await withOperator(async (operator) => operator.acceptClock());
      print(json === true, seen, () => lines(seen));
    });
}
