/** `npm run bench [-- NAME …] [-- --smoke]`: prints each comparison as JSON lines and a table; exits 1 where a ratio falls short. */
import { benches } from './benches.ts';
import { judge, type Finding } from './measure.ts';

const words = process.argv.slice(2);
const smoke = words.includes('--smoke');
const named = words.filter((word) => word !== '--smoke');
const unknown = named.filter((name) => !(name in benches));
if (unknown.length > 0) {
  process.stderr.write(`no such benchmark: ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}

const findings: Finding[] = [];
for (const [name, load] of Object.entries(benches)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const bench = await load();
  const started = performance.now();
  for (const comparison of await bench(smoke ? 'smoke' : 'full')) {
    const finding = judge(comparison);
    findings.push(finding);
    process.stdout.write(`${JSON.stringify(finding)}\n`);
  }
  process.stderr.write(`${name}: ${Math.round((performance.now() - started) / 1000)} s\n`);
}
for (const { bench, figure, unit, ours, other, ratio, spread, bound, ok, note } of findings) {
  const verdict = `${ok ? 'ok   ' : 'SHORT'} ${bench}: ${figure}: ${ours} ${unit} to ${other} ${unit}`;
  const detail = note === undefined ? '' : `; ${note}`;
  process.stderr.write(`${verdict}, ratio ${ratio} (${spread.join(' to ')}), wanted ${bound}${detail}\n`);
}
// A smoke run says that the benchmarks work, not how fast anything is.
if (!smoke && findings.some(({ ok }) => !ok)) process.exitCode = 1;
