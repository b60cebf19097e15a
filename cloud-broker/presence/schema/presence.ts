/** Presence history: every change of a device's status, and when the service was running to observe it. Kept for 90 days. */
export const presenceTables = `
CREATE TABLE status_changes (
  -- In the order of commits: whoever reads on from the last n it has seen misses none, whatever the clock did.
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  device_id TEXT NOT NULL REFERENCES devices (id),
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  at INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('never', 'online', 'late', 'offline')),
  -- P2: it said goodbye, or it was lost.
  how TEXT CHECK (how IN ('said', 'lost')),
  CHECK ((status = 'offline') = (how IS NOT NULL)),
  UNIQUE (device_id, at)
) STRICT;
CREATE INDEX status_changes_by_domain ON status_changes (domain_id, n);

-- P6: while the service did not hear it, the device says, it was running.
CREATE TABLE running_times (
  device_id TEXT NOT NULL REFERENCES devices (id),
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL CHECK (to_at >= from_at),
  PRIMARY KEY (device_id, from_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE service_runs (
  started_at INTEGER PRIMARY KEY,
  -- Moved on each minute: nobody saw what happened between this and the next start.
  alive_at INTEGER NOT NULL CHECK (alive_at >= started_at)
) STRICT;
`;

/** The latest trusted time of the service, against which its clock is checked at each start. */
export const clockTable = `
CREATE TABLE service_clock (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  believed_at INTEGER NOT NULL
) STRICT;
INSERT INTO service_clock SELECT 1, max(alive_at) FROM service_runs HAVING max(alive_at) IS NOT NULL;
`;
