import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts', '**/*.test.tsx'],
    exclude: ['node_modules/**', 'dist/**'],
    // Real processes, brokers and browsers on two cores: a limit that only a hang can reach.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
