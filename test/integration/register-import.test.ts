import { createWriteStream } from 'node:fs';
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
    expect(code, stderr).toBe(0);
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
}, 120_000);
