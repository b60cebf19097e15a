import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeEntry, parseRegisterEntry, type ListedBoard, type RegisterEntry } from './entry.ts';

const PEM = generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' }).toString();
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'pem', type: 'spki' }).toString();
const VALUES = {
  serial: 'SN-1',
  model: 'SBID-7286',
  factoryPublicKey: '',
  invoice: 'INV-1',
  purchasedOn: '2026-09-01',
  credits: '1095',
  fulfilment: 'on-enrolment',
};
const ENTRY: RegisterEntry = {
  serial: 'SN-1',
  model: 'SBID-7286',
  factoryPublicKey: null,
  invoice: 'INV-1',
  purchasedOn: '2026-09-01',
  credits: 1095,
  fulfilment: 'on-enrolment',
};

describe('reading a line', () => {
  test('[K2] texts as from CSV and values as from JSON are the same entry', () => {
    expect(parseRegisterEntry(VALUES)).toEqual({ entry: ENTRY });
    expect(parseRegisterEntry({ ...ENTRY })).toEqual({ entry: ENTRY });
    expect(parseRegisterEntry({ ...VALUES, serial: ' SN-1 ', credits: ' 1095 ' })).toEqual({ entry: ENTRY });
  });

  test('[K2] what may be empty is null, missing or empty', () => {
    const { factoryPublicKey: _, invoice: __, purchasedOn: ___, ...least } = VALUES;
    const entry = { ...ENTRY, invoice: null, purchasedOn: null };
    expect(parseRegisterEntry(least)).toEqual({ entry });
    expect(parseRegisterEntry({ ...least, factoryPublicKey: null, invoice: '', purchasedOn: '' })).toEqual({ entry });
  });

  test('[K2] a factory key is read with \\n written as two characters, and kept in one form', () => {
    const forms = [PEM, PEM.trim(), PEM.replaceAll('\n', '\\n'), PEM.replaceAll('\n', '\r\n')];
    for (const factoryPublicKey of forms)
      expect(parseRegisterEntry({ ...VALUES, factoryPublicKey })).toEqual({ entry: { ...ENTRY, factoryPublicKey: PEM.trim() } });
  });

  test.each([
    ['serial', ''],
    ['serial', 'ü'],
    ['serial', 'x'.repeat(65)],
    ['serial', '0000'],
    ['serial', 7],
    ['model', ' '],
    ['model', null],
    ['factoryPublicKey', 'PEM'],
    ['factoryPublicKey', RSA],
    ['factoryPublicKey', 'x'.repeat(3000)],
    ['invoice', 'a\nb'],
    ['invoice', 'x'.repeat(65)],
    ['purchasedOn', '1.9.2026'],
    ['purchasedOn', '2026-02-30'],
    ['credits', ''],
    ['credits', '-1'],
    ['credits', '1.5'],
    ['credits', '1e3'],
    ['credits', 1.5],
    ['credits', '1000001'],
    ['credits', '9'.repeat(400)],
    ['credits', true],
    ['fulfilment', 'later'],
    ['fulfilment', ''],
  ])('[K2] %s %j is rejected, and the reason begins with the column', (column, value) => {
    const parsed = parseRegisterEntry({ ...VALUES, [column]: value });
    expect(parsed).toEqual({ reason: expect.stringMatching(new RegExp(`^${column}: .{5,}`)) });
  });

  test('[K2] [E4] a name that is not the register’s rejects the line: a factory key under another name is not left out', () => {
    const { factoryPublicKey: _, ...least } = VALUES;
    expect(parseRegisterEntry({ ...least, ' FactoryPublickey ': PEM })).toEqual({
      entry: { ...ENTRY, factoryPublicKey: PEM.trim() },
    });
    expect(parseRegisterEntry({ ...least, 'factory public key': PEM })).toEqual({
      reason: 'the column “factory public key” is unknown (did you mean “factoryPublicKey”?)',
    });
    expect(parseRegisterEntry({ ...VALUES, Serial: 'SN-2' })).toEqual({ reason: 'the column “serial” appears twice' });
    expect(parseRegisterEntry([VALUES])).toEqual({ reason: 'line: is not a JSON object' });
  });

  test.each([
    ['serial', '1.23457E+12', 'a spreadsheet rounded it'],
    ['serial', '1,23457E+12', 'a spreadsheet rounded it'],
    ['serial', '="00123"', 'a spreadsheet formula'],
    ['model', '#REF!', 'a spreadsheet error'],
    ['invoice', '2,02609E+11', 'a spreadsheet rounded it'],
    ['purchasedOn', '31/01/2026', 'a date as YYYY-MM-DD'],
    ['purchasedOn', '46053', 'a date as YYYY-MM-DD'],
    ['credits', '1.095', 'a whole number'],
  ])('[K2] %s %j is what a spreadsheet made of it, and says so', (column, value, reason) => {
    expect(parseRegisterEntry({ ...VALUES, [column]: value })).toEqual({
      reason: expect.stringMatching(new RegExp(`^${column}: .*${reason}`)) as unknown,
    });
  });

  test('[K2] whatever a line holds, there is an entry or a reason', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.record(
            Object.fromEntries(
              Object.keys(VALUES).map((key) => [key, fc.oneof(fc.string(), fc.integer(), fc.constantFrom(null, '__proto__'))]),
            ),
          ),
        ),
        (values) => {
          const parsed = parseRegisterEntry(values);
          if ('reason' in parsed) expect(parsed.reason.length).toBeGreaterThan(3);
          else expect(parsed.entry.credits).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('merging a line', () => {
  const listed = (change: Partial<ListedBoard> = {}): ListedBoard => ({ ...ENTRY, left: 1095, ...change });

  test('[K2] new, unchanged, changed', () => {
    expect(mergeEntry(null, ENTRY)).toEqual({ verdict: 'added' });
    expect(mergeEntry(listed(), ENTRY)).toEqual({ verdict: 'unchanged' });
    expect(mergeEntry(listed({ left: 0 }), ENTRY)).toEqual({ verdict: 'unchanged' });
    for (const change of [
      { serial: 'sn-1' },
      { model: 'N' },
      { invoice: null },
      { purchasedOn: null },
      { credits: 5 },
      { fulfilment: 'product-key' as const },
      { factoryPublicKey: PEM },
    ]) {
      expect(mergeEntry(listed(), { ...ENTRY, ...change })).toEqual({
        verdict: 'changed',
        board: { ...ENTRY, ...change, left: change.credits ?? 1095 },
      });
    }
  });

  test('[K2] for any line: what was spent stays spent, what is left is never negative, a set factory key stays', () => {
    const entry = fc.record({
      ...Object.fromEntries(Object.entries(ENTRY).map(([key, value]) => [key, fc.constant(value)])),
      credits: fc.nat({ max: 20 }),
      factoryPublicKey: fc.constantFrom(null, 'A', 'B'),
      invoice: fc.constantFrom('I', 'J', null),
      fulfilment: fc.constantFrom('on-enrolment', 'product-key'),
    }) as unknown as fc.Arbitrary<RegisterEntry>;
    fc.assert(
      fc.property(entry, fc.nat({ max: 20 }), entry, (before, spent, line) => {
        const board: ListedBoard = { ...before, left: Math.max(0, before.credits - spent) };
        const merged = mergeEntry(board, line);
        if (merged.verdict !== 'changed') return;
        expect(merged.board.credits - merged.board.left).toBe(board.credits - board.left);
        expect(merged.board.left).toBeGreaterThanOrEqual(0);
        if (board.factoryPublicKey !== null) expect(merged.board.factoryPublicKey).toBe(board.factoryPublicKey);
        if (board.left < board.credits)
          expect([merged.board.fulfilment, merged.board.invoice]).toEqual([board.fulfilment, board.invoice]);
      }),
      { numRuns: 2000 },
    );
  });
});
