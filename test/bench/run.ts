/** `npm run bench [-- NAME …] [-- --smoke]`: prints each comparison as JSON lines and a table; exits 1 where a ratio falls short. */
import { enrollCommit, type Scale } from './enroll-commit.ts';
import { judge, type Comparison, type Finding } from './measure.ts';

const benches: Record<string, (scale: Scale) => Promise<Comparison[]>> = { 'enroll-commit': enrollCommit };
const FULL: Scale = { boards: 6400, pairs: 5 };
const SMOKE: Scale = { boards: 128, pairs: 1 };

const words = process.argv.slice(2);
const smoke = words.includes('--smoke');
const named = words.filter((word) => word !== '--smoke');
const unknown = named.filter((name) => !(name in benches));
if (unknown.length > 0) {
  process.stderr.write(`no such benchmark: ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}

const findings: Finding[] = [];
for (const [name, run] of Object.entries(benches)) {
  if (named.length > 0 && !named.includes(name)) continue;
  for (const comparison of await run(smoke ? SMOKE : FULL)) {
    const finding = judge(comparison);
    findings.push(finding);
    process.stdout.write(`${JSON.stringify(finding)}\n`);
  }
}
for (const { bench, figure, unit, ours, other, ratio, spread, bound, ok } of findings) {
  process.stderr.write(
    `${ok ? 'ok  ' : 'SHORT'} ${bench}: ${figure}: ${ours} ${unit} to ${other} ${unit}, ratio ${ratio} (${spread.join(' to ')}), wanted ${bound}\n`,
  );
}
// A smoke run says that the benchmarks work, not how fast anything is.
if (!smoke && findings.some(({ ok }) => !ok)) process.exitCode = 1;
