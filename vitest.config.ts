import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts', '**/*.test.tsx'],
    exclude: ['node_modules/**', 'dist/**'],
    // Limits that only a hang can reach, also where the machine is busy with other things: timings belong in benchmarks.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000 } },
    // Most tests wait for processes of their own: a worker less than there are cores would leave one idle.
    maxWorkers: Math.max(2, availableParallelism()),
  },
});
