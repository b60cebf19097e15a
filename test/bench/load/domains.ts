/** Domains of many devices as years of use leave them, written as rows before the service starts on the folder. */
import { DatabaseSync } from 'node:sqlite';

export interface DomainSeed {
  /** A domain that is there, without devices. */
  name: string;
  devices: number;
}

const YEARS_MS = 2 * 366 * 86_400_000;
/** At most so many boards wait in one domain (E6). */
const MAX_WAITING = 500;
/** The longest interval that a device may report: so nothing turns offline by itself while it is measured. */
const INTERVAL_S = 86_400;
const HEALTH = '{"cpuPercent":12,"memoryPercent":41.5,"diskPercent":63,"temperatureC":48.5,"screen":"on"}';

/** Place `n` of the domain, 1 to devices: each fact of a device follows from it. */
const FACTS = `
  WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :devices)
  SELECT n, 'd-' || lower(hex(randomblob(8))) AS id, lower(hex(randomblob(32))) AS key, printf('SN-%s%07d', upper(substr(:name, 1, 2)), n) AS serial,
    CASE n % 8 WHEN 0 THEN 'SBID-6065' WHEN 1 THEN 'SBID-6075' WHEN 2 THEN 'SBID-7086' WHEN 3 THEN 'SBID-GX165' WHEN 4 THEN 'SBID-MX275'
      WHEN 5 THEN 'RB-4300' WHEN 6 THEN 'RB-4500' ELSE 'RB-5100' END AS model,
    CASE n % 4 WHEN 0 THEN '2.4.1' WHEN 1 THEN '2.4.0' WHEN 2 THEN '2.3.7' ELSE '1.9.12' END AS firmware,
    CASE n / 7 % 5 WHEN 0 THEN 'North School' WHEN 1 THEN 'Lycée Pasteur' WHEN 2 THEN 'Riverside College' WHEN 3 THEN 'Campus West'
      ELSE 'Bâtiment C' END || ' – Room ' || n AS room,
    CASE WHEN n % (CAST(:devices AS INTEGER) / 60) = 9 THEN '["loan"]' WHEN n % 10 < 3 THEN '["ground floor"]' WHEN n % 10 = 3 THEN '["ground floor","library"]'
      ELSE '[]' END AS tags,
    CASE WHEN n % 100 < 75 THEN 'online' WHEN n % 100 < 83 THEN 'late' WHEN n % 100 < 92 THEN 'offline' ELSE 'never' END AS status,
    CAST(:since + n * (:span / :devices) AS INTEGER) AS at, n <= :waiting AS waits
  FROM counted`;

/** Everything that an enrolment or a board that waits leaves behind, but for audit and events, which no page of devices reads. */
const ROWS = `
  INSERT INTO device_keys SELECT key, lower(serial), at FROM seed;
  INSERT INTO boards (serial_key, serial, model, fulfilment, credits, left_credits, grants, listed_at)
    SELECT lower(serial), serial, model, 'on-enrolment', 1095, 0, 1, at FROM seed WHERE NOT waits;
  INSERT INTO devices (id, domain_id, state, identity, board_id, serial, serial_key, serial_source, key_fingerprint, public_key, model, firmware,
      os, arch, agent_version, label, tags, status, status_since, enrolled_at, granted, grant_reason, pending_code, first_asked_at, last_asked_at, address)
    SELECT s.id, s.domain_id, iif(waits, 'pending', 'enrolled'), iif(waits, 'serial', 'listed'), b.id, s.serial, lower(s.serial), 'dmi', key,
      '-----BEGIN PUBLIC KEY----- a hundred and seventy-eight characters as they are for every P-256 key, so that a row is as long as it is in the field -----END PUBLIC KEY-----',
      s.model, firmware, 'Android 13', 'arm64', '1.0.0', iif(waits OR n % 3 = 0, s.serial, room), iif(waits, '[]', tags), iif(waits, 'pending', status), at,
      iif(waits, NULL, at), iif(waits, 0, 1095), iif(waits, NULL, 'granted'), iif(waits, 'awaiting-approval', NULL), iif(waits, now, NULL),
      iif(waits, now, NULL), '192.0.2.1' FROM seed s LEFT JOIN boards b ON b.serial_key = lower(s.serial) ORDER BY at, n;
  INSERT INTO device_tags (device_id, tag, domain_id, status, label, enrolled_at)
    SELECT d.id, t.value, d.domain_id, d.status, d.label, d.enrolled_at FROM seed s JOIN devices d ON d.id = s.id, json_each(d.tags) t;
  INSERT INTO device_counts (domain_id, tag, status, devices)
    SELECT s.domain_id, t.tag, d.status, count(*) FROM seed s JOIN devices d ON d.id = s.id
      JOIN (SELECT id, '' AS tag FROM seed UNION ALL SELECT device_id, tag FROM device_tags) t ON t.id = s.id GROUP BY 1, 2, 3;
  INSERT INTO alert_signals (domain_id, device_id, kind, at) SELECT domain_id, id, 'waits', now FROM seed WHERE waits;
  INSERT INTO certificates SELECT lower(hex(randomblob(32))), id, lower(hex(randomblob(16))), at, at, NULL FROM seed WHERE NOT waits;
  INSERT INTO enrolment_spans (device_id, domain_id, from_at) SELECT id, domain_id, at FROM seed WHERE NOT waits;
  INSERT INTO transfers (domain_id, n, at, kind, debit, credit, credits, idempotency_key, device_id, actor, balance_after, previous_hash, hash)
    SELECT domain_id, n - waiting, at, 'enrolment', 'vendor:issued', 'domain', 1095, 'enrolment:' || domain_id || ':' || n, id, 'device:' || id,
      1095 * (n - waiting), iif(n - waiting = 1, (SELECT hash FROM ledger_heads h WHERE h.domain_id = seed.domain_id), 'hash-' || (n - waiting - 1)), 'hash-' || (n - waiting) FROM seed WHERE NOT waits ORDER BY n;
  INSERT INTO presence (device_id, epoch, last_heartbeat_at, interval_s, health)
    SELECT id, 3, now - 1000, ${INTERVAL_S}, '${HEALTH}' FROM seed WHERE NOT waits AND status <> 'never';`;

/** Fills domains of a data folder whose service does not run. */
export function seedDomains(databaseFile: string, seeds: readonly DomainSeed[]): void {
  const now = Date.now();
  const db = new DatabaseSync(databaseFile);
  try {
    db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA temp_store = MEMORY; BEGIN IMMEDIATE');
    for (const { name, devices } of seeds) {
      const waiting = Math.min(MAX_WAITING, Math.ceil(devices / 20));
      db.exec('DROP TABLE IF EXISTS temp.seed; DROP TABLE IF EXISTS temp.facts');
      db.prepare(`CREATE TEMP TABLE facts AS ${FACTS}`).run({ devices, name, waiting, since: now - YEARS_MS, span: YEARS_MS });
      db.prepare(
        'CREATE TEMP TABLE seed AS SELECT f.*, d.id AS domain_id, CAST(? AS INTEGER) AS now, CAST(? AS INTEGER) AS waiting FROM facts f, domains d WHERE d.name = ? ORDER BY f.n',
      ).run(now, waiting, name);
      db.exec(ROWS);
    }
    db.exec('COMMIT');
  } finally {
    db.close();
  }
}
