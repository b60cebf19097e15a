import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build, defineConfig, type InlineConfig, type Plugin } from 'vite';
import { builtFrom, consoleSources } from '../../scripts/console-sources.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// app/no-eval.ts must run before any schema is created, also for pages loaded later, so it goes into zod's chunk.
const zod = { name: 'zod', test: /node_modules[\\/]zod[\\/]|no-eval\.ts$/ };

/**
 * The console is built into dist/console, which the service serves at `/` under a Content-Security-Policy of `default-src 'self'`. So nothing is
 * inlined, neither scripts nor assets as data: URLs.
 */
const configOf = (groups: { name: string; test: RegExp | ((id: string) => boolean) }[]): InlineConfig => ({
  root: here('.'),
  base: '/',
  plugins: [react()],
  build: {
    outDir: here('../../dist/console'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    rolldownOptions: { output: { codeSplitting: { groups } } },
    // The first page loads at most 250 KiB gzipped, which a test enforces.
    chunkSizeWarningLimit: 1000,
  },
});

/** Records next to the built console what it was built from. */
function sayWhatFrom(sources: string): Plugin {
  let folder = '';
  return {
    name: 'built-from',
    configResolved: ({ build: { outDir } }) => {
      folder = outDir;
    },
    closeBundle: () => writeFile(builtFrom(folder), sources),
  };
}

/** Modules loaded by the first page, as the bundler finds them: those of the entry chunk and everything it imports. */
async function modulesOfFirstPage(): Promise<Set<string>> {
  const config = configOf([zod]);
  const unused = { write: false, minify: false, reportCompressedSize: false } as const;
  const result = await build({ ...config, configFile: false, logLevel: 'silent', build: { ...config.build, ...unused } });
  if (Array.isArray(result) || !('output' in result)) throw new Error('one output was expected');
  const chunks = new Map(result.output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));
  const reached = new Set<string>();
  const reach = (name: string): void => {
    if (reached.has(name)) return;
    reached.add(name);
    chunks.get(name)?.imports.forEach(reach);
  };
  for (const { isEntry, fileName } of chunks.values()) if (isEntry) reach(fileName);
  return new Set([...reached].flatMap((name) => chunks.get(name)?.moduleIds ?? []));
}

// By default the bundler splits what the first page shares with others into sixty small files, each a request.
export default defineConfig(async () => {
  const sources = await consoleSources();
  const first = await modulesOfFirstPage();
  const config = configOf([zod, { name: 'first', test: (id) => first.has(id) }]);
  return { ...config, plugins: [config.plugins, sayWhatFrom(sources)] };
});
