import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogOutput } from './log-output.ts';

/** Takes what it is told to: a number of bytes at most, or nothing, as a full disk. */
function sink(): { output: LogOutput; text(): string; takes: { bytes: number } } {
  const takes = { bytes: Infinity };
  let written = '';
  const output = new LogOutput((bytes) => {
    if (takes.bytes === 0) throw new Error('ENOSPC');
    const some = bytes.subarray(0, takes.bytes);
    written += Buffer.from(some).toString('latin1');
    takes.bytes -= some.length;
    return some.length;
  });
  return { output, takes, text: () => written };
}

test('a log that cannot be written is counted, and goes on with the line that was cut', () => {
  const { output, takes, text } = sink();
  output.write('one\n');
  takes.bytes = 2;
  output.write('two\n');
  output.write('three\n');
  expect([text(), output.failures]).toEqual(['one\ntw', 2]);
  takes.bytes = Infinity;
  output.write('four\n');
  expect(text()).toBe('one\ntwo\nthree\nfour\n');
});

test('however long it lasts little is kept, and no line is ever cut or glued to another', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 3 }), { maxLength: 200 }), (turns) => {
      const { output, takes, text } = sink();
      let lines = 0;
      for (const turn of turns) {
        takes.bytes = [0, 1, 5000, Infinity][turn] ?? 0;
        for (let n = 0; n < 20; n += 1) output.write(`${JSON.stringify({ line: (lines += 1), text: 'x'.repeat(400) })}\n`);
      }
      takes.bytes = Infinity;
      output.write('{"line":-1}\n');
      const got = text()
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { line: number }).line);
      expect(got.at(-1)).toBe(-1);
      expect(got.slice(0, -1)).toEqual(got.slice(0, -1).toSorted((a, b) => a - b));
      if (got.length <= lines) expect(output.failures).toBeGreaterThan(0);
    }),
    { numRuns: 50 },
  );
});
