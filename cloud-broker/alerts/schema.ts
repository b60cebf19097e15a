/** P7: which alerts each domain wants, what was raised and mailed, and how far events were processed. */
export const alertTables = `
CREATE TABLE alert_rules (
  domain_id INTEGER PRIMARY KEY REFERENCES domains (id),
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  changed_at INTEGER NOT NULL
) STRICT;

-- One row an event, however many devices it is about.
CREATE TABLE alerts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  kind TEXT NOT NULL CHECK (kind IN ('lost', 'back', 'waiting', 'key-changed', 'take-overs', 'credits', 'trial')),
  raised_at INTEGER NOT NULL,
  closed_at INTEGER CHECK (closed_at >= raised_at),
  -- When its mail goes; null: it is gone, or none will go.
  due_at INTEGER,
  mailed_at INTEGER,
  since_at INTEGER NOT NULL,
  tag TEXT,
  devices INTEGER NOT NULL DEFAULT 0,
  open_devices INTEGER NOT NULL DEFAULT 0 CHECK (open_devices BETWEEN 0 AND devices),
  -- Of credits and trial.
  days INTEGER,
  CHECK (due_at IS NULL OR mailed_at IS NULL),
  -- The same is not raised twice.
  UNIQUE (domain_id, kind, raised_at)
) STRICT;
CREATE INDEX alerts_by_domain ON alerts (domain_id, id);
CREATE INDEX alerts_open ON alerts (domain_id, id) WHERE closed_at IS NULL;
CREATE INDEX alerts_closed ON alerts (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX alerts_due ON alerts (due_at, domain_id) WHERE due_at IS NOT NULL;
CREATE INDEX alerts_due_by_domain ON alerts (domain_id, due_at) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX one_open_alert_of_credits ON alerts (domain_id) WHERE kind = 'credits' AND closed_at IS NULL;

CREATE TABLE alert_devices (
  alert_id INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
  -- No reference: a waiting device that is turned away is deleted.
  device_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  label TEXT NOT NULL,
  since_at INTEGER NOT NULL,
  ended_at INTEGER,
  PRIMARY KEY (alert_id, device_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_open_alert_a_device ON alert_devices (device_id, kind) WHERE ended_at IS NULL;
CREATE TRIGGER an_alerts_device_counts AFTER INSERT ON alert_devices
BEGIN
  UPDATE alerts SET devices = devices + 1, open_devices = open_devices + (NEW.ended_at IS NULL), since_at = min(since_at, NEW.since_at),
    closed_at = CASE WHEN NEW.ended_at IS NULL THEN NULL ELSE closed_at END WHERE id = NEW.alert_id;
END;
CREATE TRIGGER an_alert_is_open_while_a_device_is AFTER UPDATE OF ended_at ON alert_devices
WHEN (OLD.ended_at IS NULL) <> (NEW.ended_at IS NULL)
BEGIN
  UPDATE alerts SET open_devices = open_devices + (NEW.ended_at IS NULL) - (OLD.ended_at IS NULL) WHERE id = NEW.alert_id;
  UPDATE alerts SET closed_at = CASE open_devices WHEN 0 THEN max(raised_at, NEW.ended_at) END WHERE id = NEW.alert_id;
END;

-- Devices that were lost, and whose loss is not told yet.
CREATE TABLE alert_watches (
  device_id TEXT PRIMARY KEY REFERENCES devices (id),
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  since_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX watches_due ON alert_watches (due_at, domain_id);
CREATE INDEX watches_due_by_domain ON alert_watches (domain_id, due_at, device_id);

-- What happened beside the changes of presence, in the order of commits. Kept as long as those.
CREATE TABLE alert_signals (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  device_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('waits', 'key-changed', 'decided', 'left', 'take-overs')),
  -- Null until it was looked at, a few seconds later: not every row says when it was changed.
  at INTEGER
) STRICT;
CREATE INDEX signals_by_domain ON alert_signals (domain_id, n);
CREATE INDEX signals_by_time ON alert_signals (at);
-- A device that is taken over all day long is told of once.
CREATE UNIQUE INDEX take_overs_once_a_day ON alert_signals (device_id, at / 86400000) WHERE kind = 'take-overs';
CREATE TRIGGER a_waiting_device_is_a_signal AFTER INSERT ON devices WHEN NEW.state = 'pending'
BEGIN
  INSERT INTO alert_signals (domain_id, device_id, kind, at)
    VALUES (NEW.domain_id, NEW.id, CASE NEW.pending_code WHEN 'key-changed' THEN 'key-changed' ELSE 'waits' END, NEW.first_asked_at);
END;
CREATE TRIGGER another_reason_to_wait_is_a_signal AFTER UPDATE OF pending_code ON devices
WHEN NEW.pending_code IS NOT NULL AND NEW.pending_code IS NOT OLD.pending_code
BEGIN
  INSERT INTO alert_signals (domain_id, device_id, kind)
    VALUES (NEW.domain_id, NEW.id, CASE NEW.pending_code WHEN 'key-changed' THEN 'key-changed' ELSE 'waits' END);
END;
CREATE TRIGGER a_decided_device_is_a_signal AFTER UPDATE OF state ON devices WHEN OLD.state = 'pending' AND NEW.state <> 'pending'
BEGIN INSERT INTO alert_signals (domain_id, device_id, kind) VALUES (NEW.domain_id, NEW.id, 'decided'); END;
CREATE TRIGGER a_deleted_device_is_a_signal AFTER DELETE ON devices WHEN OLD.state = 'pending'
BEGIN INSERT INTO alert_signals (domain_id, device_id, kind) VALUES (OLD.domain_id, OLD.id, 'decided'); END;
CREATE TRIGGER a_device_that_left_is_a_signal AFTER UPDATE OF state ON devices WHEN OLD.state = 'enrolled' AND NEW.state = 'unenrolled'
BEGIN INSERT INTO alert_signals (domain_id, device_id, kind, at) VALUES (NEW.domain_id, NEW.id, 'left', NEW.unenrolled_at); END;

-- Up to where it was looked: n of status_changes and alert_signals, started_at of service_runs.
CREATE TABLE alert_cursors (
  feed TEXT PRIMARY KEY CHECK (feed IN ('status', 'signals', 'runs')),
  up_to INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO alert_cursors VALUES ('status', 0), ('signals', 0), ('runs', 0);
`;

/** Zones that never change their clocks, or the only ones with that offset. */
const ZONE_OF = {
  '+0330': 'Asia/Tehran',
  '+0430': 'Asia/Kabul',
  '+0530': 'Asia/Kolkata',
  '+0545': 'Asia/Kathmandu',
  '+0630': 'Asia/Yangon',
  '+0845': 'Australia/Eucla',
  '+0930': 'Australia/Darwin',
  '+1030': 'Australia/Lord_Howe',
  '+1245': 'Pacific/Chatham',
  '-0330': 'America/St_Johns',
  '-0930': 'Pacific/Marquesas',
};

/** Older rules may name a UTC offset (`+01:00`) instead of a time zone: it is replaced by an equivalent zone. */
export const alertZones = `
UPDATE alert_rules SET settings = json_set(settings, '$.timeZone', (
  SELECT CASE
    WHEN hours = 0 AND minutes = '00' THEN 'UTC'
    -- In these names the sign is turned round.
    WHEN minutes = '00' AND hours <= CASE sign WHEN '+' THEN 14 ELSE 12 END THEN 'Etc/GMT' || CASE sign WHEN '+' THEN '-' ELSE '+' END || hours
    ELSE CASE text ${Object.entries(ZONE_OF)
      .map(([text, zone]) => `WHEN '${text}' THEN '${zone}'`)
      .join(' ')} ELSE 'UTC' END
  END FROM (SELECT text, substr(text, 1, 1) AS sign, CAST(substr(text, 2, 2) AS INTEGER) AS hours, substr(text, 4, 2) AS minutes
    FROM (SELECT substr(replace(settings ->> '$.timeZone', ':', '') || '00', 1, 5) AS text))
)) WHERE settings ->> '$.timeZone' GLOB '[-+]*';
`;
