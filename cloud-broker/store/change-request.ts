/** Who requests a change, and when. */
export interface ChangeRequest {
  /** Milliseconds since 1970. */
  now: number;
  domainId: number;
  actor: string;
  address: string;
  /** Correlation id of the request: carried by the audit rows of everything the operation does (A3). */
  correlationId?: string;
}
