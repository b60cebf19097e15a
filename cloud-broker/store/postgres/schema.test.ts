/** One schema for both engines: what SQLite's migrations make, PostgreSQL's make too. */
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { migrations } from '../../service/migrations.ts';
import { besidePostgres, postgresDatabase } from '../../../test/support/postgres.ts';
import { hashOf } from './migrate.ts';
import { postgresMigrations } from './schema.ts';

const OWN = new Set(['schema_migrations', 'done_operations']);

type Rows = Record<string, unknown>[];
const lines = (rows: Rows): string[] => rows.map((row) => Object.values(row).join(' ')).toSorted();

function sqlite(text: string): string[] {
  const db = new DatabaseSync(':memory:');
  for (const migration of migrations) db.exec(migration);
  const rows = db.prepare(text).all();
  db.close();
  return lines(rows);
}

async function postgres(text: string): Promise<string[]> {
  const rows = await besidePostgres(await postgresDatabase(), text);
  return lines(rows.filter((row) => !OWN.has(String(row['table']))));
}

/** Questions about the schema, as each engine is asked. */
const QUESTIONS: [what: string, ofSqlite: string, ofPostgres: string][] = [
  [
    'columns, their types, and whether they may be NULL',
    `SELECT m.name AS "table", c.name, CASE c.type WHEN 'DATE' THEN 'TEXT' ELSE c.type END, CASE WHEN c."notnull" = 0 AND c.pk = 0 THEN 'NULL' END
     FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`,
    `SELECT table_name AS "table", column_name, CASE data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'bytea' THEN 'BLOB' WHEN 'double precision' THEN 'REAL' ELSE upper(data_type) END,
       CASE is_nullable WHEN 'YES' THEN 'NULL' END FROM information_schema.columns WHERE table_schema = 'public'`,
  ],
  [
    'unique keys',
    `SELECT m.name AS "table", (SELECT group_concat(coalesce(x.name, '(…)')) FROM pragma_index_xinfo(i.name) x WHERE x.key = 1), CASE i.partial WHEN 1 THEN 'partial' END
     FROM sqlite_schema m JOIN pragma_index_list(m.name) i WHERE i."unique" = 1
     UNION ALL SELECT m.name, c.name, NULL FROM sqlite_schema m JOIN pragma_table_info(m.name) c ON c.pk = 1 AND c.type = 'INTEGER'
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND NOT EXISTS (SELECT 1 FROM pragma_table_info(m.name) o WHERE o.pk = 2)`,
    `SELECT c.relname AS "table", (SELECT string_agg(coalesce(a.attname, '(…)'), ',' ORDER BY k.at) FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, at)
       LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum > 0), CASE WHEN i.indpred IS NOT NULL THEN 'partial' END
     FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace`,
  ],
  [
    'indexes',
    `SELECT tbl_name AS "table", name FROM sqlite_schema WHERE type = 'index' AND name NOT LIKE 'sqlite_%'`,
    `SELECT tablename AS "table", indexname FROM pg_indexes WHERE schemaname = 'public'
       AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = (quote_ident(indexname))::regclass AND contype IN ('p', 'u'))`,
  ],
  [
    'references',
    `SELECT m.name AS "table", f."from", f."table" AS other, f.on_delete FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f`,
    `SELECT c.conrelid::regclass AS "table", a.attname, c.confrelid::regclass AS other, CASE c.confdeltype WHEN 'c' THEN 'CASCADE' ELSE 'NO ACTION' END
     FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] WHERE c.contype = 'f'`,
  ],
  [
    'number of checks',
    `SELECT name AS "table", (length(sql) - length(replace(sql, 'CHECK (', ''))) / 7 AS checks FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%CHECK (%'`,
    `SELECT conrelid::regclass AS "table", count(*) FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0 GROUP BY conrelid`,
  ],
  [
    // INSERT OR REPLACE, which the others watch, is only SQLite's.
    'guards',
    `SELECT tbl_name AS "table", name FROM sqlite_schema WHERE type = 'trigger' AND name NOT LIKE '%_not_replaced'`,
    `SELECT tgrelid::regclass AS "table", tgname FROM pg_trigger WHERE NOT tgisinternal`,
  ],
];

describe('both engines have the same', () => {
  test.each(QUESTIONS)('%s', async (_, ofSqlite, ofPostgres) => {
    const found = await postgres(ofPostgres);
    expect(found).toEqual(sqlite(ofSqlite));
    expect(found.length).toBeGreaterThan(5);
  });
});

test('every text is compared byte by byte, in a database that sorts as people do', async () => {
  const url = await postgresDatabase();
  const [database] = await besidePostgres(url, "SELECT 'a' < 'B' AS sorted");
  expect(database).toEqual({ sorted: true });
  const others = await besidePostgres(
    url,
    `SELECT attrelid::regclass, attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND atttypid = 'text'::regtype AND attnum > 0
       AND attcollation <> '"C"'::regcollation AND c.relname NOT IN ('schema_migrations', 'done_operations')`,
  );
  expect(others).toEqual([]);
});

test('a migration that databases were made with stays as it is', () => {
  expect(postgresMigrations(migrations).map(({ version, text }) => `${version} ${hashOf(text)}`)).toEqual([
    '10 c9606711d2fa1cdf',
  ]);
});
