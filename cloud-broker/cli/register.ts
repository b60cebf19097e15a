import type { Command } from 'commander';
import type { Json } from './output.ts';

export function registerCommands(program: Command): void {
  program
    .command('register')
    .description('the register of boards that were built and sold')
    .command('import <file>')
    .description('import boards from CSV or JSON lines; exits with 1 if a line was rejected')
    .option('--json')
    .action(async (file: string, options: Json) => {
      const { importFile } = await import('./register-import.ts');
      await importFile(file, options.json === true);
    });
}
