import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { benches } from './benches.ts';

test.each(Object.keys(benches))('%s runs, checks that its work was done, and prints its findings as JSON lines', async (name) => {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'run.ts'), name, '--smoke'], { timeout: 50_000 });
  const findings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { bench: string; ratio: number });
  expect(new Set(findings.map(({ bench }) => bench))).toEqual(new Set([name]));
  expect(findings.every(({ ratio }) => ratio > 0)).toBe(true);
});
