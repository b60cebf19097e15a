/** The documents say what the code says: each error code, setting and rule is listed, and what is listed exists. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { errors } from '../protocol/errors.ts';

const textOf = (pattern: string): string =>
  globSync(pattern, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(`${parentPath}/${name}`, 'utf8'))
    .join('\n\n');
const unique = (names: readonly string[]): string[] => [...new Set(names)].toSorted();
const all = (text: string, pattern: RegExp): string[] => unique([...text.matchAll(pattern)].map(([whole, part = whole]) => part));

/** The names that tables with this heading list in their first column, each with the second column beside it. */
function listed(documents: string, heading: string): [string, string][] {
  const tables = documents.match(/^\|.*(?:\n\|.*)*/gm) ?? [];
  const rows = tables.filter((table) => table.startsWith(`| ${heading} |`)).flatMap((table) => table.split('\n').slice(2));
  return rows.flatMap((row) => {
    const [, names = '', beside = ''] = row.split('|');
    return all(names, /`([^`]+)`/g).map((name): [string, string] => [name, beside.trim()]);
  });
}

const SETTING = /\bROLLCALL_(?!TEST_)[A-Z_]*[A-Z]\b/g;
/** Names of the same form that are no settings. */
const NO_SETTINGS = [
  // The error code of a name that leads where webhooks may not go.
  'ROLLCALL_ADDRESS',
  // Stands for the key in the curl command that the console offers.
  'ROLLCALL_API_KEY',
];
const settingsIn = (text: string): string[] => all(text, SETTING).filter((name) => !NO_SETTINGS.includes(name));

/** The rules that spec.md has, and those that titles of tests begin with. */
const rulesOf = (spec: string): string[] => all(all(spec, /^- (\*\*[A-Z]\d+(?:, [A-Z]\d+)*\*\*)/gm).join(' '), /[A-Z]\d+/g);
const rulesQuoted = (tests: string): string[] => all(all(tests, /['"`](?:\[[A-Z]\d+\] ?)+/g).join(' '), /[A-Z]\d+/g);

const documents = textOf('docs/*.md');
const codes = listed(documents, 'code');

describe('the documents', () => {
  test('list every error code, and no other', () => {
    expect(unique(codes.map(([code]) => code))).toEqual(unique(Object.keys(errors)));
  });

  test('list every code of the HTTP API with its status', () => {
    const answered = Object.entries(errors).filter(([, { httpStatus }]) => httpStatus !== null);
    expect(unique(codes.filter(([, beside]) => /^\d+$/.test(beside)).map((row) => row.join(' ')))).toEqual(
      unique(answered.map(([code, { httpStatus }]) => `${code} ${httpStatus}`)),
    );
  });

  test('list every setting of service and agent, and name no other', () => {
    const settings = settingsIn(textOf('{agent,bin,cloud-broker,firmware-shim,protocol}/**/*'));
    expect(settings.length).toBeGreaterThan(20);
    const tables = listed(documents, 'setting').map(([name]) => name);
    expect(unique(tables.filter((name) => name.startsWith('ROLLCALL_')))).toEqual(settings);
    expect(settingsIn(documents + textOf('*.md'))).toEqual(settings);
  });

  test('hold every rule that the title of a test quotes, and none that no title does', () => {
    const rules = rulesOf(textOf('docs/spec.md'));
    expect(rules.length).toBeGreaterThan(50);
    expect(rulesQuoted(textOf('{agent,cloud-broker,firmware-shim,protocol,test}/**/*.test.ts'))).toEqual(rules);
  });

  test('send newcomers to files that exist', () => {
    const paths = all(textOf('CONTRIBUTING.md'), /`([\w.-]+\/[\w./-]*)`/g);
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });
});
