/** Addresses of PostgreSQL databases; anything else is the file of an embedded one. */
export const isDatabaseUrl = (database: string): boolean => /^postgres(?:ql)?:\/\//.test(database);
