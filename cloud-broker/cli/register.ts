import type { Command } from 'commander';
import type { Json } from './output.ts';

export function registerCommands(program: Command): void {
  program
    .command('register')
    .description('boards built and sold')
    .command('import <file>')
    .description('lists boards from CSV or JSON lines; exits 1 where a line was rejected')
    .option('--json')
    .action(async (file: string, options: Json) => {
      const { importFile } = await import('./register-import.ts');
      await importFile(file, options.json === true);
    });
}
