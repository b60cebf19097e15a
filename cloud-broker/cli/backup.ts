import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT, print, type Json } from './output.ts';
import { withOperator } from './with-operator.ts';

/** S4. */
export function backupCommands(program: Command): void {
  program
    .command('backup <file>')
    .description('a consistent copy of the data with all keys, verified; the service may run')
    .option('--json')
    .action(async (file: string, options: Json) => {
      const made = await withOperator(async (operator) => operator.backup(resolve(file)));
      print(options.json === true, made, () => [
        made.verified
          ? `Backed up to ${made.file}: ${made.bytes.toLocaleString('en')} bytes, opened and found whole.`
          : `Backed up to ${made.file}, but it is not right: ${made.flaw ?? ''}.`,
        'It holds all keys of the service: whoever has it can pretend to be it. Keep it secret.',
      ]);
      if (!made.verified) process.exitCode = EXIT.refused;
    });
  program
    .command('restore <file>')
    .description('makes an empty data folder from a backup')
    .option('--json')
    .action(async (file: string, options: Json) => {
      const [{ readSettings }, { restore }] = await Promise.all([import('../service/config.ts'), import('../backup/restore.ts')]);
      const { dataFolder } = readSettings(process.env);
      const restored = await restore(resolve(file), dataFolder);
      print(options.json === true, restored, () => [
        `Restored ${dataFolder}. Displays that enrolled after the backup come back by themselves.`,
      ]);
    });
}
