/** The message of anything thrown, for logs and for details of a response. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
