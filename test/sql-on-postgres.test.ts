/** Every text of the product that stands whole in one place is prepared by PostgreSQL; what is put together at run time runs in the tests that vitest.config.ts repeats on it. */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { expect, test } from 'vitest';
import { translate } from '../cloud-broker/store/postgres/translate.ts';
import { readSources } from './support/import-graph.ts';
import { postgresDatabase } from './support/postgres.ts';
import { isPortable, sqlTexts } from './support/sql-subset.ts';

/** Joined to others before it runs: it names a table of the text around it. */
const PART = 'SELECT online, late, offline, never FROM presence_samples WHERE domain_id = d.id';

const texts = readSources('cloud-broker')
  .map(({ path }) => `cloud-broker/${path}`)
  .filter(isPortable)
  .flatMap((path) => sqlTexts(path, readFileSync(path, 'utf8')))
  .filter((text) => /^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\s/.test(text) && !text.includes('§') && !text.startsWith(PART));

test('every whole text is understood, and takes numbers of every size', async () => {
  expect(texts.length).toBeGreaterThan(300);
  const client = new pg.Client({ connectionString: await postgresDatabase() });
  await client.connect();
  const refused: string[] = [];
  for (const [at, text] of texts.entries()) {
    await client
      .query(`PREPARE s${at} AS ${translate(text)}`)
      .catch((error: Error) => refused.push(`${error.message}:\n${text}`));
  }
  const { rows } = await client.query<{ statement: string }>(
    // Times are larger than these; both texts that are named here count to a few.
    `SELECT statement FROM pg_prepared_statements WHERE parameter_types && '{integer,smallint}'::regtype[]
       AND statement NOT LIKE '%AND ($3 = 1 OR NOT EXISTS%' AND statement NOT LIKE '%places (id, n)%'`,
  );
  await client.end();
  expect(refused).toEqual([]);
  expect(rows).toEqual([]);
});

test.each([
  ['SELECT a AS domainId FROM t WHERE b = ? AND c = ?', 'SELECT a AS "domainId" FROM t WHERE b = $1 AND c = $2'],
  [
    `SELECT '?' AS "theId", 'it''s a camelCase' FROM t WHERE a = ?2 OR b = ?1`,
    `SELECT '?' AS "theId", 'it''s a camelCase' FROM t WHERE a = $2 OR b = $1`,
  ],
  ["SELECT id FROM t INDEXED BY t_by_a WHERE a NOT GLOB 'a_b%:*'", String.raw`SELECT id FROM t WHERE a NOT LIKE 'a\_b\%:%'`],
  [
    'SELECT 1 FROM json_each(?7) w WHERE w.value IN (SELECT value FROM json_each(d.tags))',
    'SELECT 1 FROM json_array_elements_text(($7)::json) WITH ORDINALITY AS w(value, key) WHERE w.value IN (SELECT value FROM json_array_elements_text((d.tags)::json) AS each(value))',
  ],
])('%s', (text, translated) => {
  expect(translate(text)).toBe(translated);
});
