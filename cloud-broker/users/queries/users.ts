import type { Reads } from '../../store/tx.ts';

/**
 * Login addresses of the users that have this e-mail (lower case), in domains where one can sign in at `now`; at most two,
 * which is enough to know whether exactly one has it (D6). A domain that never confirmed its e-mail does not count: it
 * could otherwise be made by anyone to take the e-mail's sign-in from its owner; nor does a user who never showed by a mail's
 * link that the e-mail is theirs, for admins could write there what they like.
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
