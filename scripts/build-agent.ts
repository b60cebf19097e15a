/** Builds the agent as one file, dist/rollcall-agent.cjs: a display needs only Node 20 or later and this file. */
import { build } from 'esbuild';
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const outfile = join(root, 'dist', 'rollcall-agent.cjs');

await build({
  entryPoints: [join(root, 'agent', 'cli.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
});
await chmod(outfile, 0o755);
const { size } = await stat(outfile);
process.stdout.write(`dist/rollcall-agent.cjs ${(size / 1024 / 1024).toFixed(2)} MB\n`);
