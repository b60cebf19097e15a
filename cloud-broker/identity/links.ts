/** What operations know of the links of mails: apart from access.ts, which knows the store that runs them. */

/** Where a request comes from. */
export interface From {
  address: string;
  correlationId: string;
}

/** D2: how long the link of a mail is good. */
export const LINK_VALID_MS = 48 * 3_600_000;

/** The link of a mail: the hash is kept, the token itself leaves with the mail, sealed until then. */
export interface NewLink {
  tokenHash: string;
  sealed: Uint8Array;
}
