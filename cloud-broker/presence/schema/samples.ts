/** Number of a domain's devices in each status, hourly and only if it changed. Kept for 90 days. */
export const sampleTables = `
CREATE TABLE presence_samples (
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  at INTEGER NOT NULL,
  online INTEGER NOT NULL,
  late INTEGER NOT NULL,
  offline INTEGER NOT NULL,
  never INTEGER NOT NULL,
  PRIMARY KEY (domain_id, at)
) STRICT, WITHOUT ROWID;
`;
