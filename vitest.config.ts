import { globSync, readFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// What a test process, or a program that it starts, has compiled once is not compiled again: starting a service is mostly that.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'rollcall-test-compile-cache');

/** How a test file names what starts a browser or another program. */
const STARTS_PROGRAMS =
  /\b(node:child_process|launchChromium|rollcall\(|TestService|TestProcess|newDisplay|AgentProcess|new Place\()/;

const files = globSync('**/*.test.{ts,tsx}', { cwd: import.meta.dirname, exclude: ['**/node_modules', 'dist', 'data'] });
const startsPrograms = (file: string): boolean => STARTS_PROGRAMS.test(readFileSync(join(import.meta.dirname, file), 'utf8'));

/** How a test file names the run's PostgreSQL. */
const ON_POSTGRES = /support\/postgres\.ts'/;
const onPostgres = (file: string): boolean => ON_POSTGRES.test(readFileSync(join(import.meta.dirname, file), 'utf8'));

/** What takes longest, longest first, so that no worker is left alone with it at the end. */
const LONGEST = ['bench', 'lost-database', 'every-page', 'wrong-clock', 'portal', 'proxy', 'bad-networks', 'kill-service', 'run'];

class LongestFirst extends BaseSequencer {
  override async sort(given: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ project, moduleId }: TestSpecification): number => {
      if (project.name === 'fast') return Infinity;
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return at === -1 ? LONGEST.length : at;
    };
    // oxlint-disable-next-line unicorn/no-array-sort -- it is no array's
    const sorted = await super.sort(given);
    return sorted.toSorted((one, other) => (place(one) === place(other) ? 0 : place(one) - place(other)));
  }
}

export default defineConfig({
  test: {
    // Limits that only a hang can reach, also where the machine is busy with other things: timings belong in benchmarks.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000 } },
    // Tests wait for processes of their own, so that as many workers as cores would leave a fifth of the machine idle.
    maxWorkers: 1 + availableParallelism(),
    // Test files share nothing but modules, so that each worker loads the libraries once.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: files.filter((file) => !startsPrograms(file) && !onPostgres(file)),
          setupFiles: ['test/support/no-programs.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'programs', include: files.filter(startsPrograms), globalSetup: ['test/support/build-programs.ts'] },
      },
      {
        extends: true,
        test: { name: 'postgres', include: files.filter(onPostgres), globalSetup: ['test/support/postgres-server.ts'] },
      },
    ],
  },
});
