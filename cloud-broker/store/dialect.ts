/**
 * SQL that the engines do not say alike, each need once. Everything else is written in what SQLite and PostgreSQL both understand; `test/sql-subset.test.ts`
 * holds it. The fragments are written as SQLite says them, in a form that can be exchanged word by word.
 */

/** The greater of two values. Both stand in it twice, so a parameter among them is a numbered one. */
export const greatest = (one: string, other: string): string => `CASE WHEN ${one} > ${other} THEN ${one} ELSE ${other} END`;

/** The smaller of two values, likewise. */
export const least = (one: string, other: string): string => `CASE WHEN ${one} < ${other} THEN ${one} ELSE ${other} END`;

/** A JSON list of texts as a table: `value` is the text, and `key` rises from one to the next. */
export const eachOf = (list: string, name: string): string => `json_each(${list}) ${name}`;

/** The texts of a JSON list, to stand behind IN. */
export const textsOf = (list: string): string => `(SELECT value FROM json_each(${list}))`;

/** The whole numbers of a JSON list, to stand behind IN. */
export const numbersOf = (list: string): string => `(SELECT CAST(value AS BIGINT) FROM json_each(${list}))`;

/** A table that is to be read by this index, which the planner would not choose by itself. Refused where the index is of no use. */
export const byIndex = (table: string, index: string): string => `${table} INDEXED BY ${index}`;

/** Texts that do not begin with `prefix`, a text without signs of patterns; word for word as in the partial indexes that serve it. */
export const notBeginning = (column: string, prefix: string): string => `${column} NOT GLOB '${prefix}*'`;
