/** SQL is written once for both engines: every text of the product keeps to what they understand alike. The rules stand in support/sql-subset.ts. */
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { migrations } from '../cloud-broker/service/migrations.ts';
import { readSources } from './support/import-graph.ts';
import { changesListedDevices, foreignIn, isPortable, sqlTexts, type Nullable } from './support/sql-subset.ts';

function nullableColumns(): Nullable {
  const db = new DatabaseSync(':memory:');
  for (const migration of migrations) db.exec(migration);
  const rows = db
    .prepare(
      'SELECT m.name AS "table", c.name AS "column" FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = \'table\' AND c."notnull" = 0 AND c.pk = 0',
    )
    .all();
  db.close();
  const columns = new Map<string, Set<string>>();
  for (const { table, column } of rows) {
    const of = columns.get(String(table)) ?? new Set();
    columns.set(String(table), of.add(String(column)));
  }
  return columns;
}

const nullable = nullableColumns();
const texts = readSources('cloud-broker')
  .map(({ path }) => `cloud-broker/${path}`)
  .filter(isPortable)
  .flatMap((path) => sqlTexts(path, readFileSync(path, 'utf8')).map((text) => ({ path, text })));

describe('SQL of the product', () => {
  test('is found where it stands', () => {
    expect(texts.length).toBeGreaterThan(400);
    expect(texts.map(({ path }) => path)).toContain('cloud-broker/enrolment/enrolling.ts');
    expect(
      sqlTexts('a.ts', 'const a = `SELECT ${x} FROM t WHERE ${y}`; const b = "no SQL at all"; const c = "AND d.id = ?"'),
    ).toEqual(['SELECT § FROM t WHERE §', 'AND d.id = ?']);
  });

  test('keeps to what both engines understand', () => {
    const foreign = texts.flatMap(({ path, text }) => foreignIn(text, nullable).map((why) => `${path}: ${why}:\n${text}`));
    expect(foreign).toEqual([]);
  });
});

describe('what lists and alerts read of a device', () => {
  test('is changed only where what follows from it is brought along', () => {
    const files = texts.filter(({ text }) => changesListedDevices(text)).map(({ path }) => path);
    // enrolling.ts inserts, and tells of it.
    expect([...new Set(files)]).toEqual(['cloud-broker/devices/changes.ts', 'cloud-broker/enrolment/enrolling.ts']);
  });

  test.each([
    ["UPDATE devices SET firmware = ?, status = 'late' WHERE id = ?", true],
    ['UPDATE devices SET § WHERE id = ?', true],
    ['DELETE FROM devices WHERE id = ?', true],
    ['INSERT INTO devices (id) VALUES (?)', true],
    ['UPDATE devices SET firmware = ? WHERE status = ?', false],
    ['UPDATE boards SET label = ? WHERE id = ?', false],
  ])('is what %s changes: %s', (text, changes) => {
    expect(changesListedDevices(text)).toBe(changes);
  });
});

describe('the subset speaks where a text', () => {
  test.each([
    ['SELECT id FROM devices WHERE id IN (SELECT value FROM json_each(?))', 'JSON is read whole'],
    ["SELECT details ->> 'code' AS code FROM audit", 'JSON is read whole'],
    ['UPDATE domains SET closed_at = unixepoch()', 'the time is a parameter'],
    ["SELECT id FROM devices WHERE label LIKE 'a%'", 'GLOB is only'],
    ['INSERT OR IGNORE INTO device_keys VALUES (?, ?, ?)', 'write ON CONFLICT'],
    ['INSERT OR REPLACE INTO running_times VALUES (?, ?, ?)', 'write ON CONFLICT'],
    ['SELECT id FROM devices WHERE firmware IS NOT ?', 'IS [NOT] DISTINCT FROM'],
    ['INSERT INTO unproven_days (day) VALUES (?) ON CONFLICT DO UPDATE SET grants = excluded.grants', 'names the columns'],
    ['INSERT INTO unproven_days (day) VALUES (?) ON CONFLICT (day) DO UPDATE SET grants = grants + 1', 'say which'],
    ['SELECT id FROM devices ORDER BY id LIMIT -1 OFFSET ?', 'LIMIT takes'],
    ['SELECT rowid FROM devices', 'named by a column'],
    ['UPDATE alerts SET due_at = max(due_at, ?) WHERE due_at IS NOT NULL', 'greatest() and least()'],
    ['SELECT ifnull(sum(credits), 0) AS sum FROM transfers', 'no such function'],
    ['SELECT name FROM domains ORDER BY name COLLATE NOCASE', 'one engine'],
    ['SELECT id FROM audit INDEXED BY audit_by_actor WHERE domain_id = ?', 'byIndex()'],
    ['SELECT d.id FROM device_tags t CROSS JOIN devices d ON d.id = t.device_id', 'condition in WHERE'],
    ['SELECT max(id) AS id FROM (SELECT id FROM domains ORDER BY id LIMIT ?)', 'has a name'],
    ['SELECT id FROM webhooks WHERE enabled', 'no condition'],
    ['SELECT id FROM alerts WHERE kind = ?1 AND (?2 OR days = 1)', 'no condition'],
    ["SELECT min(status = 'offline') AS dark FROM devices", 'FILTER or CASE'],
    ['SELECT coalesce(o.id = t.id, 0) AS same FROM a o JOIN b t ON true', 'values of one kind'],
    ['SELECT id FROM devices WHERE id = ?1 AND domain_id = ?', 'have numbers, or none'],
    ['SELECT id FROM domains WHERE ?1 IS NULL OR name = ?1', 'the type of a parameter'],
    ['SELECT n FROM status_changes WHERE n BETWEEN ?1 - ?2 AND ?1 + ?2', 'the type of a parameter'],
    ['WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?) SELECT i FROM n', 'ends by its condition'],
    ['SELECT name, outcome, count(*) AS n FROM commands GROUP BY outcome', 'is grouped by'],
    ['SELECT id FROM devices ORDER BY enrolled_at, id', 'order NULL differently'],
  ])('says %s', (text, why) => {
    expect(foreignIn(text, nullable).join('\n')).toContain(why);
  });

  test.each([
    [
      "SELECT count(*) FILTER (WHERE status <> 'offline') AS there, sum(CASE status WHEN 'online' THEN 1 ELSE 0 END) AS online FROM devices",
    ],
    ['SELECT id FROM devices WHERE enrolled_at BETWEEN ? AND ? ORDER BY enrolled_at, id LIMIT ?'],
    ['SELECT id FROM devices WHERE (enrolled_at, id) > (?, ?) ORDER BY enrolled_at, id'],
    ['SELECT id FROM devices WHERE CAST(?1 AS TEXT) IS NULL OR label = ?1 ORDER BY enrolled_at NULLS FIRST'],
    ['SELECT name, count(*) AS n FROM (SELECT name FROM domains) piece WHERE true GROUP BY name'],
    ['INSERT INTO t (a, n) VALUES (?, ?) ON CONFLICT (a) DO UPDATE SET n = t.n + excluded.n RETURNING n'],
    ["UPDATE alerts SET kind = 'LIKE GLOB json_each( ifnull(' WHERE id = ?"],
  ])('has nothing to say of %s', (text) => {
    expect(foreignIn(text, nullable)).toEqual([]);
  });
});
