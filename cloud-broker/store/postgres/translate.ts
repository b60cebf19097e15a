/**
 * SQL is written once, in what SQLite and PostgreSQL both understand (test/sql-subset.test.ts); this file says the rest of it as PostgreSQL does. It is lexical: it knows parameters,
 * names and the fragments of store/dialect.ts, and no grammar.
 */

/** A text in quotes, or a quoted name: at the odd places of a split. */
const QUOTED = /('(?:[^']|'')*'|"(?:[^"]|"")*")/;
/** Unquoted names are read as lower case. */
const CAMEL_CASE = /(?<![\w$])[a-z]\w*[A-Z]\w*/g;

/** Translates everything but texts in quotes and quoted names. */
function outsideQuotes(text: string, translated: (code: string) => string): string {
  return text
    .split(QUOTED)
    .map((part, at) => (at % 2 === 1 ? part : translated(part)))
    .join('');
}

/** A GLOB pattern of SQLite that has no sets, as a pattern of LIKE. */
function likePattern(glob: string): string {
  return glob
    .replaceAll(/[\\%_]/g, String.raw`\$&`)
    .replaceAll('?', '_')
    .replaceAll('*', '%');
}

/** What store/dialect.ts and the schema write as SQLite does, and PostgreSQL differently. */
export function fragments(text: string): string {
  return (
    text
      .replaceAll(/\bjson_each\(([^()]*)\) (\w+)/g, 'json_array_elements_text(($1)::json) WITH ORDINALITY AS $2(value, key)')
      .replaceAll(/\bjson_each\(([^()]*)\)/g, 'json_array_elements_text(($1)::json) AS each(value)')
      .replaceAll(/ INDEXED BY \w+/g, '')
      // The one set of characters there is: names with none but these.
      .replaceAll(/ NOT GLOB '\*(\[\^[\w-]+\])\*'/g, " !~ '$1'")
      .replaceAll(/ GLOB '([^']*)'/g, (_, glob: string) => ` LIKE '${likePattern(glob)}'`)
  );
}

/** Names in mixed case keep it. */
export const withNames = (text: string): string => outsideQuotes(text, (code) => code.replaceAll(CAMEL_CASE, '"$&"'));

/** A statement of the product as PostgreSQL understands it. */
export function translate(text: string): string {
  let last = 0;
  return outsideQuotes(fragments(text), (code) =>
    code.replaceAll(CAMEL_CASE, '"$&"').replaceAll(/\?(\d*)/g, (_, number: string) => `$${number === '' ? (last += 1) : number}`),
  );
}
