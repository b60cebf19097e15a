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

/** Tests of capabilities on a real store, which `ROLLCALL_TEST_STORE=postgres npx vitest run` repeats on PostgreSQL, alone. */
const ON_A_STORE = /testing\/|support\/(?:store|in-process|school|alerts)\.ts/;
const OF_A_CAPABILITY = /^cloud-broker\/(?!store\/|backup\/|gateway\/|http\/|console\/|cli\/|service\/testing\/)/;
/** What these do, they do to SQLite's file. */
const OF_THE_FILE =
  /\/(?:alert-zones|checkpoints|ledger-guard|verify-\w+|integrity-job|deliverer(?:-again)?|wal-watch|own-numbers|operator\/taking-back)\.test/;
const isRepeated = (file: string): boolean =>
  OF_A_CAPABILITY.test(file) &&
  !OF_THE_FILE.test(file) &&
  !startsPrograms(file) &&
  !onPostgres(file) &&
  ON_A_STORE.test(readFileSync(join(import.meta.dirname, file), 'utf8'));

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

const config = defineConfig({
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

const repeated = {
  extends: true as const,
  test: { name: 'repeated on postgres', include: files.filter(isRepeated), globalSetup: ['test/support/postgres-server.ts'] },
};

export default process.env['ROLLCALL_TEST_STORE'] === 'postgres'
  ? { ...config, test: { ...config.test, projects: [repeated] } }
  : config;
