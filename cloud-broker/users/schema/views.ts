/** Views of Devices named by users. */
export const viewTables = `
CREATE TABLE saved_views (
  id INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES auth_user ("id") ON DELETE CASCADE,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  UNIQUE (user_id, name)
) STRICT;
`;
