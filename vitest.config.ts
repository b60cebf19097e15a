import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts', '**/*.test.tsx'],
    exclude: ['node_modules/**', 'dist/**'],
    // Real processes, brokers and browsers on two cores: a limit that only a hang can reach.
    testTimeout: 60_000,
    // Most tests wait for processes of their own: a worker less than there are cores would leave one idle.
    maxWorkers: Math.max(2, availableParallelism()),
    hookTimeout: 120_000,
  },
});
