import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('every benchmark runs, checks that its work was done, and prints its findings as JSON lines', async () => {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'run.ts'), '--smoke'], { timeout: 50_000 });
  const findings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { bench: string; ratio: number });
  expect(findings.map(({ bench }) => bench)).toContain('enroll-commit');
  expect(findings.every(({ ratio }) => ratio > 0)).toBe(true);
});
