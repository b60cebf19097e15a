import { stringify } from 'csv-stringify/sync';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeTable } from './table-bytes.ts';
import { spreadsheetDamage } from './table-cells.ts';
import { nearestName, type Columns } from './table-head.ts';
import { lineProblem, TableRefusal, type FileProblem, type LineProblem } from './table-problems.ts';
import { MAX_LINE_CHARACTERS, TableReader, type TableRow } from './table.ts';

const COLUMNS: Columns = {
  required: ['serial', 'credits'],
  optional: ['factoryKey'],
  multiline: { factoryKey: /^-+BEGIN/ },
  leftOut: ['id'],
};
/** Takes line ends in a cell whatever it begins with. */
const ANY: Columns = { ...COLUMNS, multiline: { factoryKey: /^/ } };
const HEAD = 'serial,factoryKey,credits';

function read(text: string, columns = COLUMNS, pieces = [text]): TableRow[] {
  const reader = new TableReader(columns);
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

/** `line serial` of what was read, `line kind` of what was not. */
const brief = (text: string): string[] =>
  read(text).map((row) => `${row.line} ${'problem' in row ? row.problem.kind : row.cells['serial']}`);

function problems(text: string): readonly FileProblem[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof TableRefusal) return error.problems;
    throw error;
  }
  return [];
}

describe('the first line', () => {
  test('[K2] everything wrong with it is named at once, with the name that was probably meant, and nothing is read', () => {
    expect(problems('Serial no,factory key,credits, CREDITS ,,Colour\nSN-1,,1,2,3,4\n')).toEqual([
      { kind: 'unknown', column: 'Serial no', nearest: 'serial' },
      { kind: 'unknown', column: 'factory key', nearest: 'factoryKey' },
      { kind: 'twice', column: 'credits' },
      { kind: 'unnamed', column: 5 },
      { kind: 'unknown', column: 'Colour', nearest: null },
      { kind: 'missing', column: 'serial' },
    ]);
    expect(new TableRefusal(problems('serial,factorykeys\n')).message).toBe(
      'the column “factorykeys” is unknown (did you mean “factoryKey”?); the column “credits” is missing',
    );
    const many = new TableRefusal(problems(`serial,credits,${'x\u001b[31m,'.repeat(100)}x`)).message;
    expect(many).toContain('and 89 more');
    expect(many).not.toMatch(/\p{Cc}/u);
  });

  test('case and spaces around names do not matter, nor do empty columns at the end', () => {
    expect(read('\uFEFF SERIAL ,"Factorykey",Credits,,\r\nSN-1,K,7,,\r\n')).toEqual([
      { line: 2, cells: { serial: 'SN-1', factoryKey: 'K', credits: '7' } },
    ]);
    expect(brief(`${HEAD},,\nSN-1,,1,,\nSN-2,,1,,x\n`)).toEqual(['2 SN-1', '3 cells']);
  });

  test.each([
    ['semicolons', 'serial;factoryKey;credits\nSN-1;a,b;7\n'],
    ['tabs', 'serial\tfactoryKey\tcredits\nSN-1\ta,b\t7\n'],
    ['a line of its own', 'sep=;\r\nserial;factoryKey;credits\r\nSN-1;a,b;7\r\n'],
    ['such a line in quotation marks', '"sep=;"\nserial;factoryKey;credits\nSN-1;a,b;7\n'],
    ['a tab named so', 'SEP=\t\nserial\tfactoryKey\tcredits\nSN-1\ta,b\t7\n'],
  ])('columns may be separated by %s', (_, text) => {
    expect(read(text)).toMatchObject([{ cells: { serial: 'SN-1', factoryKey: 'a,b', credits: '7' } }]);
  });

  test.each([
    ['|', 'serial|credits\nSN-1|7\n'],
    [':', '"serial":"credits"\n'],
    [' ', 'serial credits\n'],
    ['|', 'sep=|\nserial|credits\n'],
    ['', 'sep=\nserial,credits\n'],
    [',;', 'sep=,;\nserial,credits\n'],
  ])('any other delimiter is refused by its name: %j', (delimiter, text) => {
    expect(problems(text)).toEqual([{ kind: 'delimiter', delimiter }]);
  });

  test.each([
    ['empty', ''],
    ['empty', '\n \n'],
    ['empty', 'sep=;\n'],
    ['header-unreadable', 'serial,"credits\nSN-1,7\n'],
    ['header-unreadable', `serial,credits${' '.repeat(MAX_LINE_CHARACTERS)}\n`],
    ['not-text', 'PK\u0003\u0004\0\0'],
    ['not-text', `${HEAD}\nSN-1,,\0\n`],
  ])('a file that is %s is refused', (kind, text) => {
    expect(problems(text)).toEqual([{ kind }]);
  });

  test.each([
    ['Invoice no', 'invoice'],
    ['invioce', 'invoice'],
    ['factory public key', 'factoryPublicKey'],
    ['no', null],
    ['№', null],
    ['x'.repeat(60_000), null],
  ])('%j is nearest to %s', (name, nearest) => {
    expect(nearestName(name, ['serial', 'invoice', 'factoryPublicKey'])).toBe(nearest);
  });
});

describe('lines', () => {
  test('one that cannot be read costs that line alone', () => {
    const lines = [
      'SN-2,Board 65" 4K,1', // a quotation mark where none may be
      'SN-3,"Board 65" 4K",1',
      'SN-4,K,"1', // opens a cell that cannot hold line ends
      'SN-5,"-BEGIN,1', // opens one that can
      'SN-6,"=""x""",1',
      'SN-7,1',
      'SN-8,,1,2',
      '',
      ' , ,',
      `SN-11,${'x'.repeat(MAX_LINE_CHARACTERS)},1`,
      'SN-12,,1',
      'SN-13,"never closed,1',
      'SN-14,,1',
    ];
    expect(brief(`${HEAD}\n${lines.join('\n')}`)).toEqual([
      '2 quote-inside',
      '3 quote-after',
      '4 quote-open',
      '5 quote-open',
      '6 SN-6',
      '7 cells',
      '8 cells',
      '11 too-long',
      '12 SN-12',
      '13 quote-open',
      '14 SN-14',
    ]);
  });

  test('a quotation mark left open takes no other line along, wherever the next one stands', () => {
    const good = Array.from({ length: 40 }, (_, n) => `SN-${n},,1`);
    for (const bad of ['X,"65,1', 'X,"-BEGIN,1', '"X,65,1', 'X,65,"1', ' "X,65,1'])
      for (const next of ['Y,"a",1', 'Y,"-BEGIN\na",1', '"Y",a,1', 'Y,"a,1', 'Y,"a""b",1', '"",a,1']) {
        const rows = read(`${HEAD}\n${[bad, next, ...good].join('\n')}`);
        const serials = rows.flatMap((row) => ('cells' in row ? [row.cells['serial']] : []));
        expect([bad, next, serials.filter((serial) => serial?.startsWith('SN-')).length]).toEqual([bad, next, 40]);
        expect(rows[0]).toMatchObject({ line: 2, problem: { kind: 'quote-open' } });
      }
  });

  test('numbers are those of an editor, also behind cells with line ends, whatever ends a line', () => {
    expect(brief(`${HEAD}\r\nSN-2,"--BEGIN\r\nb\nc",1\r\n\r\nSN-6,,1\rSN-7,,1\n`)).toEqual(['2 SN-2', '6 SN-6', '7 SN-7']);
    expect(read(`${HEAD}\r\nSN-2,"-BEGIN\r\nb\rc ""d""" ,1\r\n`)).toMatchObject([
      { cells: { factoryKey: '-BEGIN\r\nb\rc "d"' } },
    ]);
  });

  test('what another program writes reads back, by whatever pieces it comes', () => {
    const cell = fc.string({ unit: fc.constantFrom(...'ab"\',;\t\n\r é😀='.split('')), maxLength: 12 });
    const plain = cell.map((text) => `x${text.replace(/[\r\n]/g, '')}`);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(plain, cell, plain), { minLength: 1, maxLength: 8 }),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.nat({ max: 9 }),
        (rows, delimiter, end, size) => {
          const options = { delimiter, record_delimiter: end, quoted_match: /[\r\n]/ };
          const text = stringify([['serial', 'factoryKey', 'credits'], ...rows], options);
          const pieces = text.match(new RegExp(`[^]{1,${size + 1}}`, 'g')) ?? [];
          expect(read(text, ANY, pieces).map((row) => ('cells' in row ? Object.values(row.cells) : row))).toEqual(rows);
        },
      ),
    );
  });

  test('a line without end is not kept in memory', () => {
    const reader = new TableReader(COLUMNS);
    reader.push(`${HEAD}\n`);
    for (let n = 0; n < 2000; n += 1) expect(reader.push('x'.repeat(10_000))).toEqual([]);
    expect(reader.push('\r')).toEqual([]);
    expect(reader.push('\nSN-3,,1\n')).toMatchObject([{ line: 2, problem: { kind: 'too-long' } }, { line: 3 }]);
    expect(JSON.stringify(reader).length).toBeLessThan(2000);
  });
});

describe('bytes', () => {
  const text = 'Salle d’étude 2ème';
  const utf16 = (bytes: Buffer, big: boolean): Buffer =>
    Buffer.concat([Buffer.from(big ? [0xfe, 0xff] : [0xff, 0xfe]), big ? bytes.swap16() : bytes]);

  test('[A6] are UTF-8, or what their mark says; Western spreadsheets’ own is a guess that a person looks at', () => {
    expect(decodeTable(Buffer.from(text))).toEqual({ text, isGuess: false });
    expect(decodeTable(Buffer.from(`\uFEFF${text}`))).toEqual({ text, isGuess: false });
    for (const big of [false, true])
      expect(decodeTable(utf16(Buffer.from(text, 'utf16le'), big))).toEqual({ text, isGuess: false });
    const western = Buffer.from(text.replace('’', '\u0092'), 'latin1');
    expect(decodeTable(western)).toEqual({ text, isGuess: true });
    for (const broken of [Buffer.concat([Buffer.from('\uFEFF'), western]), Buffer.from([0xff, 0xfe, 0x41])])
      expect(decodeTable(broken)).toBeUndefined();
  });
});

describe('what spreadsheets do', () => {
  test.each([
    ['rounded', ['1.23457E+12', '1,23457E+12', ' 1.2e+05 ', '1E+15', '1.23457E12', '-1.2E-7']],
    ['formula', ['="00123"', '=A1']],
    ['error', ['#N/A', '#REF!', '#NOM?', '#DIV/0!', '#NV']],
    [null, ['SN-1', '1E5', '12E45', 'E+12', '1.5', '1234567890123', '#1', 'A1.2E+3']],
  ] as const)('%s', (damage, cells) => {
    expect(cells.map((cell) => [cell, spreadsheetDamage(cell)])).toEqual(cells.map((cell) => [cell, damage]));
  });
});

test('[E11] every problem has a sentence in English and in French', () => {
  const files: FileProblem[] = [
    ...(['empty', 'not-text', 'encoding', 'json', 'json-array', 'json-over-lines', 'header-unreadable'] as const).map((kind) => ({
      kind,
    })),
    { kind: 'delimiter', delimiter: '|' },
    { kind: 'delimiter', delimiter: ' ' },
    { kind: 'missing', column: 'serial' },
    { kind: 'twice', column: 'serial' },
    { kind: 'unknown', column: 'x', nearest: 'y' },
    { kind: 'unnamed', column: 3 },
    { kind: 'too-large', most: 5_000_000 },
    { kind: 'too-many-lines', most: 1_000_000 },
  ];
  const lines: LineProblem[] = [
    ...(['quote-inside', 'quote-after', 'quote-open'] as const).map((kind) => ({ kind })),
    { kind: 'cells', found: 2, expected: 3 },
    { kind: 'too-long', most: 65_536 },
    ...(['rounded', 'formula', 'error'] as const).map((damage) => ({ kind: 'damaged' as const, column: 'serial', damage })),
    { kind: 'same-serial', lines: [2, 5] },
    { kind: 'value', column: 'label' },
  ];
  const french = [...files.map((one) => new TableRefusal([one]).in('fr')), ...lines.map((one) => lineProblem(one, 'fr'))];
  const english = [...files.map((one) => new TableRefusal([one]).in('en')), ...lines.map((one) => lineProblem(one, 'en'))];
  expect(french.filter((text, index) => text === english[index] || text.length < 10)).toEqual([]);
  expect(french.filter((text) => / [:;?!»]/.test(text) || /[^\u00a0\u202f\s}][;?!]/.test(text))).toEqual([]);
  expect(new TableRefusal(files.slice(0, 2)).in('fr')).toContain('\u00a0; ');
});
