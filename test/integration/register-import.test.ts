import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { simulatedBoard } from '../../firmware-shim/simulated.ts';
import { readDatabase } from '../support/database-copy.ts';
import { TestService } from '../support/service.ts';

const LINES = 100_000;
/** The header is line 1, so the boards are on the lines from 2 on. */
const FIRST_LINE = 2;

/** What is wrong with some of the lines, by the board's number. */
const WRONG: ReadonlyMap<number, (line: string) => string> = new Map([
  [10, (line: string) => line.replace(',1095,', ',minus one,')],
  [49_999, (line: string) => line.replace('on-enrolment', 'by-post')],
  [77_777, () => 'Default string,SIM-6065,,INV-7,2026-09-01,1095,on-enrolment'],
  [99_999, (line: string) => line.replace('2026-09-01', 'yesterday')],
]);

async function writeRegister(file: string): Promise<void> {
  const out = createWriteStream(file);
  const pem = simulatedBoard('factory').factoryPublicKeyPem?.trim().replaceAll('\n', '\\n') ?? '';
  out.write('serial,model,factoryPublicKey,invoice,purchasedOn,credits,fulfilment\n');
  for (let n = 0; n < LINES; n += 1) {
    const fulfilment = n % 4 === 0 ? 'product-key' : 'on-enrolment';
    const line = `SN-${String(n).padStart(7, '0')},SIM-6065,${n % 10 === 0 ? pem : ''},INV-${n % 500},2026-09-01,1095,${fulfilment}`;
    if (!out.write(`${WRONG.get(n)?.(line) ?? line}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

test('[K2] 100,000 lines are listed with one command; again, all are unchanged; what cannot be listed is named by its line', async () => {
  const service = await TestService.start();
  const file = join(service.folder, 'register.csv');
  await writeRegister(file);
  const good = LINES - WRONG.size;
  const seconds: string[] = [];
  const run = async (): Promise<Record<string, unknown> | null> => {
    const startedMs = performance.now();
    const { code, json, stderr } = await service.command('register', 'import', file);
    seconds.push(`${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
    expect(code, stderr).toBe(1);
    return json;
  };
  const first = await run();
  expect(first).toMatchObject({ added: good, changed: 0, unchanged: 0 });
  const rejected = first?.['rejected'] as { line: number; reason: string }[];
  expect(rejected.map(({ line }) => line)).toEqual([...WRONG.keys()].map((n) => n + FIRST_LINE));
  expect(rejected.map(({ reason }) => reason.split(':', 1)[0])).toEqual(['credits', 'fulfilment', 'serial', 'purchasedOn']);
  expect(await run()).toMatchObject({ added: 0, changed: 0, unchanged: good });
  expect(await service.stop()).toBe(0);
  const rows = await readDatabase<{ boards: number; credits: number }>(
    service.folder,
    'SELECT count(*) AS boards, sum(left_credits) AS credits FROM boards',
  );
  expect(rows).toEqual([{ boards: good, credits: good * 1095 }]);
  console.info(`register import: ${LINES} lines in ${seconds.join(', again in ')}`);
});

const HEAD = 'serial,model,factoryPublicKey,invoice,purchasedOn,credits,fulfilment';

/** Imports text as a file of its own, beside a running service or on the folder of one that does not run. */
async function importText(service: TestService, text: string): ReturnType<TestService['command']> {
  const file = join(service.folder, 'some.csv');
  await writeFile(file, text);
  return service.command('register', 'import', file);
}

test('[K2] a file whose first line names another column lists nothing; one line that cannot be read stops no other', async () => {
  const service = await TestService.start();
  const listed = async (): Promise<unknown[]> => readDatabase(service.folder, 'SELECT serial FROM boards ORDER BY serial_key');
  const refused = await importText(
    service,
    `${HEAD.replace('invoice', 'Invoice no')}\nSN-1,M,,INV-1,2026-09-01,7,on-enrolment\n`,
  );
  expect([refused.code, refused.json]).toEqual([1, null]);
  expect(refused.stderr).toMatch(
    /^file-refused: .*\n[^]*“Invoice no” is unknown \(did you mean “invoice”\?\)\n(?:.*\n)?Next step: /,
  );
  expect(await listed()).toEqual([]);

  const board = (n: number, model = 'M'): string => `SN-${String(n).padStart(4, '0')},${model},,,,7,on-enrolment`;
  const lines = Array.from({ length: 2500 }, (_, n) => board(n + 2));
  lines[1498] = board(1500, 'SMART Board 65" 4K');
  lines[1600] = board(1602, '"SMART Board 65');
  lines[10] = '1.23457E+12,M,,,,7,on-enrolment';
  lines[20] = board(22).replace(',7,', ',8,');
  lines[2400] = board(22);
  const { code, json } = await importText(service, [HEAD, ...lines].join('\r\n'));
  expect(code).toBe(1);
  expect(json).toMatchObject({ added: 2495, changed: 0, unchanged: 0 });
  const rejected = json?.['rejected'] as { line: number }[];
  expect(rejected.map(({ line }) => line)).toEqual([12, 22, 1500, 1602, 2402]);
  expect(await listed()).toHaveLength(2495);
  expect(await service.stop()).toBe(0);
  const again = await importText(service, [HEAD, ...lines.slice(0, 10)].join('\n'));
  expect([again.code, again.json]).toEqual([0, { added: 0, changed: 0, unchanged: 10, rejected: [] }]);
});
