/** The service as an installation has it: built, without sources and without node_modules. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { buildService } from '../../scripts/build-service.ts';
import { ROOT } from './process.ts';

/** Puts one into `folder`; the path of its command. */
export async function packageService(folder: string): Promise<string> {
  await buildService(folder);
  await cp(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
  await cp(join(ROOT, 'dist', 'console'), join(folder, 'dist', 'console'), { recursive: true });
  return join(folder, 'bin', 'rollcall.cjs');
}
