import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { createFormats } from './format.ts';
import { createI18n } from './i18n.ts';
import { rememberedLanguage } from './language.ts';

const CONSOLE = join(import.meta.dirname, '..');
const stem = (key: string): string => key.replace(/_(one|other)$/, '');
const holes = (text: string): string[] => (text.match(/\{\{[^}]+\}\}/g) ?? []).toSorted();
const entries = Object.entries(en) as [keyof typeof en, string][];

async function sources(): Promise<string> {
  const files = await readdir(CONSOLE, { recursive: true });
  const ours = files.filter(
    (file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts') && !/(en|fr)(\.ts|\/\w+\.ts)$/.test(file),
  );
  return (await Promise.all(ours.map((file) => readFile(join(CONSOLE, file), 'utf8')))).join('\n');
}

describe('the dictionaries', () => {
  test('have the same keys, none of them empty', () => {
    expect(Object.keys(fr)).toEqual(Object.keys(en));
    expect([...Object.entries(en), ...Object.entries(fr)].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  test('have the same holes in both languages', () => {
    expect(entries.filter(([key, text]) => holes(text).join() !== holes(fr[key]).join())).toEqual([]);
  });

  test('hold no key that nothing uses, and lack none that something uses', async () => {
    const text = await sources();
    const quoted = new Set(text.match(/'[a-z][A-Za-z]*(?:\.[A-Za-z]+)?'/g)?.map((word) => word.slice(1, -1)));
    const stems = new Set(Object.keys(en).map(stem));
    expect([...stems].filter((key) => !quoted.has(key))).toEqual([]);
    const asked = [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => match[1] ?? '');
    expect(asked.length).toBeGreaterThan(50);
    expect(asked.filter((key) => !stems.has(key))).toEqual([]);
  });

  test('write French punctuation after a space that does not break', () => {
    expect(Object.values(fr).filter((text) => / [:;?!»]/.test(text) || /[^\u00a0\u202f\s}][;?!]/.test(text))).toEqual([]);
  });
});

describe('words', () => {
  test('count as each language does: none is plural in English, singular in French', async () => {
    const [english, french] = [await createI18n('en'), await createI18n('fr')];
    expect(english.t('rows.changes', { count: 0, n: '0' })).toBe('0 changes');
    expect(french.t('rows.changes', { count: 0, n: '0' })).toBe('0 changement');
    expect(french.t('rows.changes', { count: 3, n: '3' })).toBe('3 changements');
    // French has a third form, for millions, which the dictionary does not need.
    expect(french.t('brought.granted', { count: 1_000_000, n: '1 000 000' })).toBe('1 000 000 crédits');
  });

  test('are in the language chosen before, else in the first of the browser’s that we speak, else in English', () => {
    const chosen = (value: string | null) => ({ getItem: () => value });
    expect(rememberedLanguage(chosen('fr'), ['en-GB'])).toBe('fr');
    expect(rememberedLanguage(chosen(null), ['de-DE', 'fr-CA', 'en'])).toBe('fr');
    expect(rememberedLanguage(chosen('de'), ['es'])).toBe('en');
  });
});

describe('formats', () => {
  const NOW = Date.parse('2027-07-22T12:00:00Z');
  const before = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();
  const english = createFormats('en');
  const french = createFormats('fr');

  test('times are relative up to 24 h, then dates', () => {
    expect(english.ago(before(0.9), NOW)).toBeNull();
    expect(english.ago(before(5), NOW)).toBe('5 min ago');
    expect(french.ago(before(5), NOW)?.replaceAll(/\s/g, ' ')).toBe('il y a 5 min');
    expect(english.ago(before(24 * 60 - 1), NOW)).toMatch(/^23 hr?s? ago$/);
    expect(english.ago(before(24 * 60), NOW)).toBe('21 Jul 2027');
    expect(english.since(before(125), NOW)).toEqual({ kind: 'lasting', text: '2 hrs' });
    expect(french.since(before(24 * 60), NOW)).toEqual({ kind: 'day', text: '21 juil. 2027' });
  });

  test('a time in the future, from a slow clock of the reader’s, is now', () => {
    expect(english.ago(before(-30), NOW)).toBeNull();
    expect(english.since(before(-30), NOW)).toBeNull();
  });

  test('numbers, changes and days follow the language', () => {
    expect(english.number(4131)).toBe('4,131');
    expect(french.number(4131).replaceAll(/\s/g, ' ')).toBe('4 131');
    expect(english.signed(1095)).toBe('+1,095');
    expect(english.signed(-17)).toBe('−17');
    expect(english.date('2027-07-22')).toBe('22 July 2027');
    expect(french.date('2027-07-22')).toBe('22 juillet 2027');
  });
});
