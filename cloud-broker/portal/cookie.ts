export const PORTAL_PREFIX = 'rollcall-portal';

/** Name of the portal's session cookie, which no domain's session has (A5). */
export function portalCookieName(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? `__Host-${PORTAL_PREFIX}` : PORTAL_PREFIX;
}
