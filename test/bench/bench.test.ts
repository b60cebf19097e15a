import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { benches } from './benches.ts';

interface Finding {
  bench: string;
  figure: string;
  ratio: number;
}

/** All in one process: loading it takes longer than most of what a smoke run does. */
let findings: Finding[] = [];
beforeAll(async () => {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'run.ts'), '--smoke']);
  findings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding);
});

test.each(Object.keys(benches))('%s runs, checks that its work was done, and prints its findings as JSON lines', (name) => {
  const own = findings.filter(({ bench }) => bench === name);
  expect(own.length).toBeGreaterThan(0);
  expect(own.every(({ ratio }) => ratio > 0)).toBe(true);
  // How fast anything is a smoke run does not say; but what is kept for each heartbeat shows after a few already.
  if (name === 'soak') for (const { figure, ratio } of own) if (figure.includes('heap')) expect(ratio, figure).toBeLessThan(1.1);
});

test('a benchmark that does not exist is refused, with the names of those that do', async () => {
  const run = promisify(execFile)(process.execPath, [join(import.meta.dirname, 'run.ts'), 'enrol']);
  await expect(run).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('There are: enroll-commit') });
});
