/** What lists and their totals are read from, so that a domain's size is not paid for by every page. Maintained by devices/changes.ts; a later migration drops these triggers. */
export const lists = `
-- Devices that a list shows, by tag and status. Tag '' counts all of them, whatever their tags: no tag is empty.
CREATE TABLE device_counts (
  domain_id INTEGER NOT NULL,
  tag TEXT NOT NULL,
  status TEXT NOT NULL,
  devices INTEGER NOT NULL CHECK (devices >= 0),
  PRIMARY KEY (domain_id, tag, status)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER a_new_device_counts AFTER INSERT ON devices WHEN NEW.state <> 'unenrolled'
BEGIN
  INSERT INTO device_counts VALUES (NEW.domain_id, '', NEW.status, 1) ON CONFLICT DO UPDATE SET devices = devices + 1;
END;
CREATE TRIGGER a_deleted_device_does_not_count AFTER DELETE ON devices WHEN OLD.state <> 'unenrolled'
BEGIN
  UPDATE device_counts SET devices = devices - 1 WHERE domain_id = OLD.domain_id AND tag = '' AND status = OLD.status;
END;
CREATE TRIGGER a_changed_device_counts_as_it_is AFTER UPDATE OF state, status ON devices
WHEN OLD.status <> NEW.status OR OLD.state <> NEW.state
BEGIN
  UPDATE device_counts SET devices = devices - 1
    WHERE domain_id = OLD.domain_id AND tag = '' AND status = OLD.status AND OLD.state <> 'unenrolled';
  INSERT INTO device_counts SELECT NEW.domain_id, '', NEW.status, 1 WHERE NEW.state <> 'unenrolled'
    ON CONFLICT DO UPDATE SET devices = devices + 1;
END;

-- One row a device and tag, with what the list of a tag is sorted and filtered by.
CREATE TABLE device_tags (
  device_id TEXT NOT NULL,
  tag TEXT NOT NULL,
  domain_id INTEGER NOT NULL,
  status TEXT NOT NULL,
  label TEXT NOT NULL,
  enrolled_at INTEGER,
  PRIMARY KEY (device_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_label ON device_tags (domain_id, tag, label, device_id);
CREATE INDEX tags_by_enrolment ON device_tags (domain_id, tag, enrolled_at, device_id);
CREATE INDEX tags_by_status ON device_tags (domain_id, tag, status, label, device_id);
CREATE INDEX tags_by_status_enrolment ON device_tags (domain_id, tag, status, enrolled_at, device_id);

CREATE TRIGGER a_new_device_has_its_tags AFTER INSERT ON devices WHEN NEW.tags <> '[]' AND NEW.state <> 'unenrolled'
BEGIN
  INSERT OR IGNORE INTO device_tags SELECT NEW.id, value, NEW.domain_id, NEW.status, NEW.label, NEW.enrolled_at FROM json_each(NEW.tags);
END;
CREATE TRIGGER a_deleted_device_has_no_tags AFTER DELETE ON devices WHEN OLD.tags <> '[]'
BEGIN
  DELETE FROM device_tags WHERE device_id = OLD.id;
END;
CREATE TRIGGER a_changed_device_is_found_by_its_tags AFTER UPDATE OF state, status, label, enrolled_at, tags ON devices
WHEN (OLD.tags <> '[]' OR NEW.tags <> '[]') AND (OLD.state <> NEW.state OR OLD.status <> NEW.status OR OLD.label <> NEW.label
  OR OLD.enrolled_at IS NOT NEW.enrolled_at OR OLD.tags <> NEW.tags)
BEGIN
  DELETE FROM device_tags WHERE device_id = OLD.id;
  INSERT OR IGNORE INTO device_tags SELECT NEW.id, value, NEW.domain_id, NEW.status, NEW.label, NEW.enrolled_at
    FROM json_each(NEW.tags) WHERE NEW.state <> 'unenrolled';
END;
CREATE TRIGGER a_tag_counts AFTER INSERT ON device_tags
BEGIN
  INSERT INTO device_counts VALUES (NEW.domain_id, NEW.tag, NEW.status, 1) ON CONFLICT DO UPDATE SET devices = devices + 1;
END;
CREATE TRIGGER a_removed_tag_does_not_count AFTER DELETE ON device_tags
BEGIN
  UPDATE device_counts SET devices = devices - 1 WHERE domain_id = OLD.domain_id AND tag = OLD.tag AND status = OLD.status;
  DELETE FROM device_counts WHERE domain_id = OLD.domain_id AND tag = OLD.tag AND status = OLD.status AND devices = 0;
END;
`;
