import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT, print, type Json } from './output.ts';
import { withOperator } from './with-operator.ts';

/** S4. */
export function backupCommands(program: Command): void {
  program
    .command('backup <file>')
    .description('make a consistent, verified copy of the data and all keys; the service may keep running')
    .option('--json')
    .action(async (file: string, options: Json) => {
      const made = await withOperator(async (operator) => operator.backup(resolve(file)));
      print(options.json === true, made, () => [
        made.verified
          ? `Backed up to ${made.file}: ${made.bytes.toLocaleString('en')} bytes, verified.`
          : `Backed up to ${made.file}, but it failed verification: ${made.flaw ?? ''}.`,
        'It contains all keys of the service: anyone who has it can impersonate the service. Keep it secret.',
      ]);
      if (!made.verified) process.exitCode = EXIT.refused;
    });
  program
    .command('restore <file>')
    .description('restore a backup into an empty data folder')
    .option('--json')
    .action(async (file: string, options: Json) => {
      const [{ readSettings }, { restore }, { migrations }] = await Promise.all([
        import('../service/config.ts'),
        import('../backup/restore.ts'),
        import('../service/migrations.ts'),
      ]);
      const { dataFolder } = readSettings(process.env);
      const restored = await restore(resolve(file), dataFolder, migrations.length);
      print(options.json === true, restored, () => [
        `Restored ${dataFolder}. Displays that enrolled after the backup will come back by themselves.`,
      ]);
    });
}
