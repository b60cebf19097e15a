/** Labels and tags that wait for future displays. Deleted when the display enrols. */
export const expectedTables = `
CREATE TABLE expected_devices (
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  serial_key TEXT NOT NULL,
  -- As it was written.
  serial TEXT NOT NULL,
  label TEXT,
  -- JSON array of texts.
  tags TEXT,
  uploaded_at INTEGER NOT NULL,
  PRIMARY KEY (domain_id, serial_key),
  CHECK (label IS NOT NULL OR tags IS NOT NULL)
) STRICT, WITHOUT ROWID;
`;
