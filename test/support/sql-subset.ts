/**
 * The SQL that SQLite and PostgreSQL understand alike, as far as a text shows it: what is written once is run on both. What the engines do not say alike stands in
 * `cloud-broker/store/dialect.ts`, and nowhere else.
 */
import { Visitor } from 'vite';
import { listed } from '../../cloud-broker/store/postgres/schema.ts';
import { parsed } from './import-graph.ts';

/** Files whose SQL is for one engine: the engine itself, tables and guards, and backups, which are SQLite files. */
const OF_ONE_ENGINE =
  /^cloud-broker\/(?:store\/(?:sqlite\/|postgres\/|dialect\.ts)|backup\/)|schema|\/testing\/|test-support|\.test\.ts$/;
export const isPortable = (path: string): boolean =>
  path.startsWith('cloud-broker/') && !path.startsWith('cloud-broker/console/') && !OF_ONE_ENGINE.test(path);

const STATEMENT = /^\s*(?:SELECT|INSERT|REPLACE|UPDATE|DELETE|WITH)\s/;
const PART = /\b(?:SELECT|FROM|WHERE|AND|OR|ORDER BY|GROUP BY|JOIN|EXISTS|IS (?:NOT )?NULL|UNION|RETURNING|CASE|IN \()\b/;

/** Every text of a file that is SQL or a part of it. What is put in between (`${…}`) reads `§`. */
export function sqlTexts(path: string, source: string): string[] {
  const found: string[] = [];
  const keep = (text: string): void => {
    if (STATEMENT.test(text) || PART.test(text)) found.push(text);
  };
  new Visitor({
    Literal: ({ value }) => {
      if (typeof value === 'string') keep(value);
    },
    TemplateLiteral: ({ quasis }) => keep(quasis.map((part) => part.value.cooked ?? '').join('§')),
  }).visit(parsed(path, source).program);
  return found;
}

/** From the parenthesis at `open` to the one that closes it, without both; to the end where none does. */
function inside(text: string, open: number): string {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')' && (depth -= 1) === 0) return text.slice(open + 1, at);
  }
  return text.slice(open + 1);
}

/** `text` without what stands in parentheses. */
function flat(text: string): string {
  const less = text.replaceAll(/\([^()]*\)/g, '<>');
  return less === text ? text : flat(less);
}

/** What follows each match of a pattern that ends in an opening parenthesis: what is in the parentheses, and what comes after them. */
function calls(text: string, pattern: RegExp): { content: string; after: string }[] {
  return [...text.matchAll(pattern)].map((match) => {
    const open = match.index + match[0].length - 1;
    const content = inside(text, open);
    return { content, after: text.slice(open + content.length + 2) };
  });
}

const COMPARES = /[<>=]|\bIS\b/;
const AGGREGATE = /^(?:count|sum|min|max|avg|coalesce *\( *(?:count|sum|min|max))\b/;

/** A column that is neither grouped nor aggregated: SQLite takes any row's. */
function hasBareColumn(text: string): boolean {
  return [...text.matchAll(/\bSELECT (?:DISTINCT )?/g)].some((match) => {
    const own = inside(`(${text.slice(match.index + match[0].length)}`, 0).split(/\bUNION\b/)[0] ?? '';
    const list = own.slice(0, own.length - own.replace(/^(?:[^(]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*? FROM\b/, '').length);
    const columns = listed(list.replace(/\s+FROM$/, '')).map((column) => column.replace(/ AS "?\w+"?$/, ''));
    if (!columns.some((column) => AGGREGATE.test(column))) return false;
    const grouped = listed(/\bGROUP BY (.*?)(?: HAVING\b| ORDER BY\b| LIMIT\b|$)/.exec(flat(own))?.[1] ?? '');
    return columns.some((column) => /^(?:\w+\.)?"?[a-z]\w*"?$/.test(column) && !grouped.includes(column));
  });
}

interface Rule {
  why: string;
  /** Whether a text breaks it; texts in quotes are empty then, and blanks are one. */
  breaks: (text: string) => boolean;
}

const has =
  (pattern: RegExp): Rule['breaks'] =>
  (text) =>
    pattern.test(text);

const DO_UPDATE = /\bDO UPDATE SET (.*?)(?: RETURNING\b|$)/;
/** A condition begins behind these words. BETWEEN's own AND is none of them. */
const ALONE = (what: string): RegExp =>
  new RegExp(
    String.raw`\b(?:WHERE|AND|OR|NOT|HAVING) \(*(?:${what})(?= ?(?:$|\)|AND\b|OR\b|THEN\b|ORDER\b|GROUP\b|LIMIT\b|UNION\b|RETURNING\b))`,
  );
const withoutBetween = (text: string): string => text.replaceAll(/\bBETWEEN .*? AND /g, 'BETWEEN ');

const RULES: readonly Rule[] = [
  {
    why: 'JSON is read whole and parsed; a list of parameters is textsOf() or numbersOf() of store/dialect.ts',
    breaks: has(/\bjson_\w+ ?\(|->/),
  },
  { why: 'the time is a parameter', breaks: has(/\b(?:unixepoch|strftime|datetime|julianday|current_timestamp)\b/i) },
  {
    why: 'GLOB is only SQLite’s, and LIKE minds upper case on PostgreSQL alone: compare with a range, or use store/dialect.ts',
    breaks: has(/\b(?:GLOB|LIKE|REGEXP|MATCH)\b/),
  },
  { why: 'write ON CONFLICT … DO NOTHING or DO UPDATE', breaks: has(/\b(?:INSERT OR \w+|REPLACE INTO)\b/) },
  {
    why: 'values are compared with IS [NOT] DISTINCT FROM',
    breaks: has(/\bIS (?:NOT )?(?!NULL\b|NOT\b|DISTINCT\b|TRUE\b|FALSE\b)/i),
  },
  { why: 'ON CONFLICT … DO UPDATE names the columns that conflict', breaks: has(/\bON CONFLICT DO UPDATE\b/) },
  {
    why: 'in DO UPDATE a column is that of the table or of excluded: say which',
    breaks: (text) =>
      /(?<![\w.§?"])[a-z_]\w*(?![\w.(])/.test((DO_UPDATE.exec(text)?.[1] ?? '').replaceAll(/(^|, ?)\w+ = /g, '$1')),
  },
  { why: 'LIMIT takes a number of rows', breaks: has(/\bLIMIT (?:-|[^\s)]+, ?\S)/) },
  { why: 'a row is named by a column of its table', breaks: has(/\b_?rowid_?\b|\boid\b/i) },
  {
    why: 'max() and min() of several values are greatest() and least() of store/dialect.ts',
    breaks: (text) => calls(text, /\b(?:max|min) ?\(/g).some(({ content }) => listed(content).length > 1),
  },
  {
    why: 'PostgreSQL has no such function: write coalesce(), sum(), CASE, or do it in code',
    breaks: has(
      /\b(?:ifnull|iif|total|group_concat|instr|printf|hex|unhex|randomblob|random|typeof|changes|last_insert_rowid|likely|unlikely) ?\((?!\) AS)/,
    ),
  },
  { why: 'this is a matter of one engine', breaks: has(/\bCOLLATE\b|\bPRAGMA\b|\bCREATE TEMP|\bATTACH\b|\bVACUUM\b/) },
  { why: 'which index is read is said by byIndex() of store/dialect.ts', breaks: has(/\bINDEXED\b/) },
  { why: 'CROSS JOIN has its condition in WHERE', breaks: has(/\bCROSS JOIN [\w§]+(?: (?!WHERE\b|ON\b)\w+)? ON\b/) },
  {
    why: 'a SELECT that is read from has a name',
    breaks: (text) => calls(text, /\b(?:FROM|JOIN) ?\(/g).some(({ after }) => !/^ (?:AS )?[a-z_§]/.test(after)),
  },
  {
    why: 'a number is no condition: compare it',
    breaks: (text) =>
      ALONE(String.raw`\?\d*|(?:\w+\.)?"?[a-z_]\w*"?`).test(withoutBetween(text).replaceAll(/\b(?:true|false)\b/g, 'TRUE')),
  },
  {
    why: 'what is counted or summed is no condition: use FILTER or CASE',
    breaks: (text) =>
      calls(text, /\b(?:sum|min|max|avg) ?\(/g).some(
        ({ content }) => !content.includes('CASE') && COMPARES.test(flat(content).replaceAll('<>', '')),
      ),
  },
  {
    why: 'coalesce() takes values of one kind: a condition goes with true or false',
    breaks: (text) =>
      calls(text, /\bcoalesce ?\(/g).some(
        ({ content }) =>
          listed(content).some((part) => COMPARES.test(flat(part).replaceAll('<>', '')) && !part.includes('CASE')) &&
          listed(content).some((part) => /^\d+$/.test(part)),
      ),
  },
  { why: 'parameters have numbers, or none has', breaks: has(/\?(?!\d).*\?\d|\?\d.*\?(?!\d)/) },
  {
    why: 'PostgreSQL cannot tell the type of a parameter that is compared only with NULL or with another parameter: CAST it, or compute it in code',
    breaks: has(/\?\d* (?:IS (?:NOT )?NULL\b|[-+*/<>=] \?)/),
  },
  {
    why: 'a recursion ends by its condition',
    breaks: (text) =>
      text.includes('WITH RECURSIVE') &&
      calls(text, /\bAS ?\(/g).some(({ content }) => /\bUNION\b.*\b(?:LIMIT|ORDER BY)\b/.test(flat(content))),
  },
  { why: 'each column that is read beside an aggregate is grouped by', breaks: hasBareColumn },
];

/** Columns that may be NULL, by table. */
export type Nullable = ReadonlyMap<string, ReadonlySet<string>>;

/** SQLite puts NULL first, PostgreSQL last: where a column may be NULL, the text says where, or keeps NULL out. */
function unsaidNulls(text: string, nullable: Nullable): boolean {
  const tables = [...text.matchAll(/\b(?:FROM|JOIN|UPDATE|INTO) ([a-z_]+)/g)].map((match) => match[1] ?? '');
  const orders = [...text.matchAll(/\bORDER BY (.*?)(?: LIMIT\b| OFFSET\b|\)|$)/g)].flatMap((match) => listed(match[1] ?? ''));
  return orders.some((order) => {
    const column = /^(?:\w+\.)?"?(\w+)"?(?: ASC| DESC)?$/.exec(order)?.[1];
    if (column === undefined || !tables.some((table) => nullable.get(table)?.has(column))) return false;
    return !new RegExp(String.raw`\b${column}"? (?:[<>=]|BETWEEN\b|IS NOT NULL)|\([^()]*\b${column}\b[^()]*\) [<>]`).test(text);
  });
}

/** What of the subset a text breaks, a sentence each. */
export function foreignIn(text: string, nullable: Nullable): string[] {
  const read = text
    .replaceAll(/'(?:[^']|'')*'/g, "''")
    .replaceAll(/\s+/g, ' ')
    .trim();
  const broken = RULES.filter(({ breaks }) => breaks(read)).map(({ why }) => why);
  return unsaidNulls(read, nullable) ? [...broken, 'the engines order NULL differently: say NULLS FIRST or NULLS LAST'] : broken;
}

/** Whether a statement changes rows of devices in what counts, rows of tags and signals follow from. */
export function changesListedDevices(text: string): boolean {
  if (/\b(?:INSERT INTO|DELETE FROM) devices\b/.test(text)) return true;
  const set = /\bUPDATE devices SET ([^]*?)(?:\bWHERE\b|$)/.exec(text)?.[1] ?? '';
  return /§|\b(?:state|status|label|tags|enrolled_at|unenrolled_at|pending_code) = /.test(set);
}
