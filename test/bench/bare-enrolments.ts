/** The raw limit: the rows of an enrolment by hand-written multi-row statements, without rules, threads or triggers' help. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const TABLES = `
CREATE TABLE devices (id TEXT PRIMARY KEY, domain_id INTEGER, serial TEXT, key TEXT, model TEXT, os TEXT, status TEXT, at INTEGER) STRICT;
CREATE UNIQUE INDEX devices_by_serial ON devices (domain_id, serial);
CREATE INDEX devices_by_key ON devices (key);
CREATE TABLE boards (id INTEGER PRIMARY KEY, serial TEXT UNIQUE, left_credits INTEGER) STRICT;
CREATE TABLE certificates (fingerprint TEXT PRIMARY KEY, device_id TEXT, serial_number TEXT, at INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE keys (fingerprint TEXT PRIMARY KEY, serial TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE spans (id INTEGER PRIMARY KEY, device_id TEXT UNIQUE, from_at INTEGER) STRICT;
CREATE TABLE transfers (id INTEGER PRIMARY KEY, domain_id INTEGER, n INTEGER, credits INTEGER, idempotency_key TEXT UNIQUE, device_id TEXT, hash TEXT, UNIQUE (domain_id, n)) STRICT;
CREATE TABLE heads (domain_id INTEGER PRIMARY KEY, n INTEGER, hash TEXT, balance INTEGER) STRICT;
CREATE TABLE audit (id INTEGER PRIMARY KEY, domain_id INTEGER, at INTEGER, actor TEXT, action TEXT, subject TEXT, details TEXT) STRICT;
CREATE TABLE events (id INTEGER PRIMARY KEY AUTOINCREMENT, domain_id INTEGER, at INTEGER, type TEXT, data TEXT) STRICT;
INSERT INTO heads VALUES (1, 0, '', 0);`;

type Value = string | number;

const rows = (count: number, width: number): string =>
  Array.from({ length: count }, () => `(${Array(width).fill('?').join(',')})`).join(',');

/** Enrolments per second, `atOnce` a commit. */
export async function bareEnrolments(boards: number, atOnce: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bare-'));
  const db = new DatabaseSync(join(folder, 'bare.db'));
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536');
    db.exec(TABLES);
    db.exec('BEGIN');
    const list = db.prepare('INSERT INTO boards (serial, left_credits) VALUES (?, 1095)');
    for (let index = 0; index < boards; index += 1) list.run(`b-${index}`);
    db.exec('COMMIT');
    const insert = (table: string, columns: string, width: number, count: number) =>
      db.prepare(`INSERT INTO ${table} (${columns}) VALUES ${rows(count, width)}`);
    const statements = {
      devices: insert('devices', 'id, domain_id, serial, key, model, os, status, at', 8, atOnce),
      certificates: insert('certificates', 'fingerprint, device_id, serial_number, at', 4, atOnce),
      keys: insert('keys', 'fingerprint, serial', 2, atOnce),
      spans: insert('spans', 'device_id, from_at', 2, atOnce),
      transfers: insert('transfers', 'domain_id, n, credits, idempotency_key, device_id, hash', 6, atOnce),
      audit: insert('audit', 'domain_id, at, actor, action, subject, details', 6, atOnce),
      events: insert('events', 'domain_id, at, type, data', 4, atOnce * 3),
      boards: db.prepare(`UPDATE boards SET left_credits = 0 WHERE serial IN ${rows(1, atOnce)}`),
      head: db.prepare('UPDATE heads SET n = ?, hash = ?, balance = ? WHERE domain_id = 1'),
    };
    const rounds = Math.floor(boards / atOnce);
    const started = performance.now();
    for (let round = 0; round < rounds; round += 1) {
      const ids = Array.from({ length: atOnce }, (_, index) => round * atOnce + index);
      const each = (make: (id: number) => Value[]): Value[] => ids.flatMap(make);
      const at = Date.now();
      db.exec('BEGIN IMMEDIATE');
      statements.devices.run(...each((id) => [`d-${id}`, 1, `b-${id}`, `key-${id}`, 'M', 'Linux', 'never', at]));
      statements.certificates.run(...each((id) => [randomBytes(32).toString('hex'), `d-${id}`, `${id}`, at]));
      statements.keys.run(...each((id) => [`key-${id}`, `b-${id}`]));
      statements.spans.run(...each((id) => [`d-${id}`, at]));
      statements.transfers.run(...each((id) => [1, id + 1, 1095, `enrolment:b-${id}:1`, `d-${id}`, 'h'.repeat(64)]));
      statements.audit.run(...each((id) => [1, at, `device:d-${id}`, 'device.enrolled', `d-${id}`, '{"granted":1095}']));
      statements.events.run(
        ...each((id) => [
          1,
          at,
          'device',
          `{"deviceId":"d-${id}"}`,
          1,
          at,
          'billing',
          `{"transferId":${id}}`,
          1,
          at,
          'enrolment',
          `{"serial":"b-${id}","outcome":"accepted"}`,
        ]),
      );
      statements.boards.run(...each((id) => [`b-${id}`]));
      statements.head.run((round + 1) * atOnce, 'h'.repeat(64), (round + 1) * atOnce * 1095);
      db.exec('COMMIT');
    }
    const seconds = (performance.now() - started) / 1000;
    const count = db.prepare('SELECT count(*) AS n FROM transfers').get()?.['n'];
    if (count !== rounds * atOnce) throw new Error(`only ${String(count)} rows were stored`);
    return (rounds * atOnce) / seconds;
  } finally {
    db.close();
    await rm(folder, { recursive: true, force: true });
  }
}
