import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Builds the console into dist/console, which the service serves at `/` under a Content-Security-Policy of
 * `default-src 'self'`: so nothing is inlined, neither scripts nor assets as data: addresses.
 */
export default defineConfig({
  root: here('.'),
  base: '/',
  plugins: [react()],
  build: {
    outDir: here('../../dist/console'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    // app/no-eval.ts must run before any schema is made, also by pages that are loaded later: it goes where zod goes.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'zod', test: /node_modules[\\/]zod[\\/]|no-eval\.ts$/ }] } } },
    // What the first page loads is at most 250 KiB gzipped, which a test keeps.
    chunkSizeWarningLimit: 1000,
  },
});
