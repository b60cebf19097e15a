import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { books, tamper } from '../../test/support/books.ts';
import { START } from '../../test/support/store.ts';
import { ledgerHeads, verifyLedger } from './verify-books.ts';
import { CheckpointFile } from './checkpoints.ts';
import { withDamagedHeads } from './rules/chain.ts';

describe('the file of signed heads', () => {
  test('[L5] only heads that moved are appended', async () => {
    const { store, file } = await books();
    expect(await file.append(await ledgerHeads(store.reader), START)).toBe(1);
    expect(await file.append(await ledgerHeads(store.reader), START)).toBe(0);
    expect((await file.read()).checkpoints.map(({ domain, n }) => `${domain} ${n}`)).toEqual([
      'shelbyville 1',
      'springfield 3',
      'springfield 4',
    ]);
  });

  test.each([
    ['a changed line', 2, (text: string) => text.replace('"n":3', '"n":4')],
    ['a changed hash', 1, (text: string) => text.replace(/"hash":"./, '"hash":"x')],
    ['a line of another key', 1, (text: string) => text.replace(/"signature":"[^"]*"/, `"signature":"${'A'.repeat(86)}"`)],
    ['a line that cannot be read', 3, (text: string) => `${text}{"domain":\n`],
    ['a line that is no object', 3, (text: string) => `${text}null\n`],
    ['NUL bytes after a power cut', 1, (text: string) => text.replace(/^.{40}/, '\0'.repeat(40))],
    ['bytes that are no UTF-8', 1, (text: string) => Buffer.from(text.replace(/^.{8}/, '\u{fe}'.repeat(8)), 'latin1')],
  ])('[L5] %s is a difference named by its number; the other lines count, and signing goes on', async (_, line, change) => {
    const { store, file, path } = await books();
    const changed = Buffer.from(change(await readFile(path, 'utf8')));
    await writeFile(path, changed);
    const { checkpoints, damaged } = await file.read();
    expect(damaged).toEqual([{ line, what: expect.stringMatching(/^(cannot be read|is not signed)/) }]);
    expect(checkpoints).toHaveLength(line === 3 ? 2 : 1);
    const verdict = withDamagedHeads(await verifyLedger(store.file, checkpoints), damaged);
    expect(verdict).toMatchObject({ ok: false, transfers: 5, sum: 0, damagedHeads: damaged });
    expect(verdict.firstDifference?.what).toContain(`line ${line} of ledger-heads.jsonl`);
    await file.append(await ledgerHeads(store.reader), START);
    const after = await file.read();
    expect(after.damaged).toEqual(damaged);
    expect(new Map(after.checkpoints.map(({ domain, n }) => [domain, n]))).toEqual(
      new Map([
        ['shelbyville', 1],
        ['springfield', 4],
      ]),
    );
    expect((await readFile(path)).subarray(0, changed.length).equals(changed)).toBe(true);
  });

  test('[L5] a damaged line hides no difference of the books: both are named', async () => {
    const { store, file, path } = await books();
    await writeFile(path, `nothing\n${await readFile(path, 'utf8')}`);
    tamper(store, 'UPDATE transfers SET credits = 11 WHERE domain_id = 1 AND n = 2');
    const { checkpoints, damaged } = await file.read();
    expect(withDamagedHeads(await verifyLedger(store.file, checkpoints), damaged)).toMatchObject({
      ok: false,
      firstDifference: { domain: 'springfield', n: 2 },
      damagedHeads: [{ line: 1, what: 'cannot be read' }],
    });
  });

  test('[L5] what a crash left of an append is passed over, and the next append takes its place', async () => {
    const { store, file, path } = await books();
    const before = await file.read();
    await writeFile(path, `${await readFile(path, 'utf8')}{"at":"2026-`);
    expect(await file.read()).toEqual(before);
    expect(await file.append(await ledgerHeads(store.reader), START)).toBe(1);
    expect((await file.read()).checkpoints).toHaveLength(before.checkpoints.length + 1);
    expect((await readFile(path, 'utf8')).endsWith('}\n')).toBe(true);
  });

  test('[L5] no file yet is no head', async () => {
    const { store } = await books();
    expect(await new CheckpointFile(join(dirname(store.file), 'none'), generateKeyPairSync('ed25519').privateKey).read()).toEqual(
      {
        checkpoints: [],
        damaged: [],
      },
    );
  });
});
