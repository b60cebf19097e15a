/** What operations know of the links of mails: apart from access.ts, which knows the store that runs them. */

/** Where a request came from. */
export interface From {
  address: string;
  correlationId: string;
}

/** D2: validity period of a mailed link. */
export const LINK_VALID_MS = 48 * 3_600_000;

/** The link of a mail: its hash is stored; the token itself is sealed until it leaves with the mail. */
export interface NewLink {
  tokenHash: string;
  sealed: Uint8Array;
}
