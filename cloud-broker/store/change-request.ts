/** Who asks for a change, and when. */
export interface ChangeRequest {
  /** Milliseconds since 1970. */
  now: number;
  domainId: number;
  actor: string;
  address: string;
  /** Of the request: the audit rows of everything the operation does carry it (A3). */
  correlationId?: string;
}
