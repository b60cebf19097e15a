/** What something that was thrown says of itself: for logs, and for details of an answer. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
