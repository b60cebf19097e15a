import type { Reads } from '../../store/tx.ts';

/**
 * Login addresses of the users with this e-mail (lower case), in domains open for sign-in at `now`; at most two, which is enough to know whether
 * exactly one has it (D6). Domains that never confirmed their e-mail do not count: anyone could create one to take the e-mail's sign-in from its
 * owner. Nor do users whose e-mail no link has verified, as admins could enter any address there.
 */
export async function loginAddressesByEmail(tx: Reads, email: string, now: number): Promise<string[]> {
  const rows = await tx.all<{ email: string }>(
    `SELECT u.email FROM auth_user u JOIN domains d ON d.id = u."domainId"
     WHERE u."contactEmail" = ? AND u."emailVerified" = 1 AND d.activated_at IS NOT NULL AND coalesce(d.closing_at, d.closed_at, 9e15) > ? LIMIT 2`,
    email,
    now,
  );
  return rows.map((row) => row.email);
}
