/** Always valid (S2): a board whose clock says 1970 gets in; trust ends by revocation, never by date. */
export const VALID_FROM = new Date(0);
export const VALID_TO = new Date('9999-12-31T23:59:59Z');
