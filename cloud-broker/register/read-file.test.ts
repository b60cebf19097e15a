import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/store.ts';
import { REGISTER_NAMES } from './rules/entry.ts';
import { readRegisterFile, type FileLine } from './read-file.ts';

const HEAD = REGISTER_NAMES.join(',');
const line = (serial: string): string => `${serial},SBID-7286,1095,on-enrolment,,INV-1,2026-09-01`;

async function read(content: string | Buffer): Promise<FileLine[]> {
  const file = join(await temporaryFolder(), 'register');
  await writeFile(file, content);
  const lines: FileLine[] = [];
  for await (const one of readRegisterFile(file)) lines.push(one);
  return lines;
}

/** `line serial`, or `line` and why not. */
const brief = async (content: string | Buffer): Promise<string[]> =>
  (await read(content)).map((one) =>
    'reason' in one ? `${one.line} ${one.reason}` : `${one.line} ${String((one.values as { serial: unknown }).serial)}`,
  );

describe('a register file', () => {
  test.each([
    [
      `${HEAD.replace('factoryPublicKey', 'Invoice no')}\n${line('SN-1')}\n`,
      /^the column “Invoice no” is unknown \(did you mean “invoice”\?\)$/,
    ],
    [`${HEAD.replace('credits', 'credit')}\n`, /“credit” is unknown .*“credits”.*; the column “credits” is missing$/],
    [`${HEAD},serial\n`, /^the column “serial” appears twice$/],
    [HEAD.replaceAll(',', '|'), /^the columns are separated by “\|”: /],
    ['', /^the file is empty$/],
    ['\n\n', /^the file is empty$/],
    [' [\n{"serial":"SN-1"}\n]', /^the file is a JSON array: write one object on each line/],
    ['[{"serial":"SN-1"}]', /^the file is a JSON array/],
    ['{\n"serial": "SN-1"\n}\n', /^a JSON object spans several lines/],
    [Buffer.from(`${HEAD}\n${line('SN-1').replace('INV-1', 'Société')}\n`, 'latin1'), /^the file is not UTF-8: /],
    [Buffer.from(`${HEAD}\n${line('SN-1')}\né`).subarray(0, -1), /^the file is not UTF-8: /],
    [Buffer.from(HEAD, 'utf16le'), /^the file is not text: /],
  ])('[K2] %j is refused as a whole, in one sentence', async (content, reason) => {
    await expect(read(content)).rejects.toMatchObject({
      code: 'file-refused',
      details: { reason: expect.stringMatching(reason) as unknown },
    });
  });

  test('[K2] is read whatever the case of its names, the order and delimiter of its columns, and its Unicode encoding', async () => {
    const [text, values] = [
      ' SERIAL ;Credits;FULFILMENT;factoryPublickey;model\r\n SN-1 ;7; on-enrolment ;"-----BEGIN PUBLIC KEY-----\r\nAA==\r\n";M;\r\n',
      {
        serial: 'SN-1',
        credits: '7',
        fulfilment: 'on-enrolment',
        factoryPublicKey: '-----BEGIN PUBLIC KEY-----\r\nAA==',
        model: 'M',
      },
    ];
    for (const content of [text, `\uFEFF${text}`, Buffer.from(`\uFEFF${text}`, 'utf16le'), `sep=;\r\n${text}`])
      expect(await read(content)).toMatchObject([{ values }]);
  });

  test('[K2] a line that cannot be read is told, and the others are read', async () => {
    expect(
      await brief(
        `${HEAD}\n${line('SN-2')}\n${line('SN-3').replace('SBID-7286', 'Board 65" 4K')}\n${line('SN-4')},x\n${line('SN-5')}`,
      ),
    ).toEqual([
      '2 SN-2',
      expect.stringMatching(/^3 a quotation mark/),
      '4 8 cells where the first line names 7 columns',
      '5 SN-5',
    ]);
    const json = [
      '{"serial":"SN-1"}',
      '',
      '{"serial":',
      '[]',
      '{"serial":"a","serial":"b"}',
      '{"x":{"serial":1},"serial":"SN-6 \\"a\\":"}',
    ];
    expect(await brief(`\uFEFF${json.join('\r\n')}\n{"serial":"${'x'.repeat(70_000)}"}`)).toEqual([
      '1 SN-1',
      '3 line: is not a JSON object',
      '4 undefined',
      '5 line: a name appears twice in one object',
      '6 SN-6 "a":',
      '7 longer than 65,536 characters',
    ]);
  });
});
