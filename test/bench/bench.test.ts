import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { benches } from './benches.ts';

interface Finding {
  bench: string;
  figure: string;
  ratio: number;
}

async function smoke(name: string): Promise<Finding[]> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'run.ts'), name, '--smoke']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding);
}

test.each(Object.keys(benches))('%s runs, checks that its work was done, and prints its findings as JSON lines', async (name) => {
  const findings = await smoke(name);
  expect(new Set(findings.map(({ bench }) => bench))).toEqual(new Set([name]));
  expect(findings.every(({ ratio }) => ratio > 0)).toBe(true);
  // How fast anything is a smoke run does not say; but what is kept for each heartbeat shows after a few already.
  if (name === 'soak')
    for (const { figure, ratio } of findings) if (figure.includes('heap')) expect(ratio, figure).toBeLessThan(1.1);
});
