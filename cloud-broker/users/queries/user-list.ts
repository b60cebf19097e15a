import * as z from 'zod';
import type { OwnSession, User } from '../../../protocol/api-users.ts';
import type { Role } from '../../../protocol/api.ts';
import type { Language } from '../../../protocol/errors.ts';
import { shownEmail } from '../../identity/emails.ts';
import type { Reads } from '../../store/tx.ts';
import { decodeCursor, nullableIsoTime, pageOf, type PageRequest } from '../../store/paging.ts';
import { countShown } from '../../devices/queries/devices.ts';

interface Row {
  id: string;
  name: string;
  email: string;
  role: Role;
  billing: 0 | 1;
  tags: string;
  language: Language;
  domain: string;
  canSignIn: 0 | 1;
  invitedUntil: number | null;
  secondFactor: 0 | 1;
  lastSignInAt: string | null;
}

const SELECT = `SELECT u."id", u."name", u."contactEmail" AS email, u."role", u."billing", u."tags", u."language", d.name AS domain,
  EXISTS (SELECT 1 FROM auth_account a WHERE a."userId" = u."id" AND a."password" IS NOT NULL) AS canSignIn,
  (SELECT max(expires_at) FROM tokens t WHERE t.user_id = u."id" AND t.purpose = 'invitation' AND t.used_at IS NULL) AS invitedUntil,
  EXISTS (SELECT 1 FROM second_factors f WHERE f.user_id = u."id" AND f.confirmed_at IS NOT NULL) AS secondFactor,
  (SELECT s.last_at FROM sign_ins s WHERE s.user_id = u."id") AS lastSignInAt
  FROM auth_user u JOIN domains d ON d.id = u."domainId"`;

/** Computes `countShown` once per set of tags: users with the same view share the count. */
class SeenCounts {
  private readonly tx: Reads;
  private readonly domainId: number;
  private readonly known = new Map<string, number>();

  constructor(tx: Reads, domainId: number) {
    this.tx = tx;
    this.domainId = domainId;
  }

  async of(tags: readonly string[]): Promise<number> {
    const wanted = tags.toSorted();
    const name = JSON.stringify(wanted);
    const seen = this.known.get(name) ?? (await countShown(this.tx, { domainId: this.domainId, tags: wanted }));
    this.known.set(name, seen);
    return seen;
  }
}

/** A domain's users by name, each with the number of devices they see. Yields to other work between users. */
export async function listUsers(
  tx: Reads,
  domainId: number,
  request: PageRequest,
  now: number,
): Promise<{ items: User[]; nextCursor: string | null; total: number }> {
  const after = decodeCursor(request.cursor, z.string().max(64)) ?? '';
  const rows = await tx.all<Row>(
    `${SELECT} WHERE u."domainId" = ? AND u."name" > ? ORDER BY u."name" LIMIT ?`,
    domainId,
    after,
    request.limit + 1,
  );
  const { items, nextCursor } = pageOf(rows, request.limit, (last) => last.name);
  const total =
    (await tx.get<{ users: number }>('SELECT count(*) AS users FROM auth_user WHERE "domainId" = ?', domainId))?.users ?? 0;
  const counts = new SeenCounts(tx, domainId);
  const users: User[] = [];
  for (const row of items) {
    users.push(await present(row, counts, now));
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  return { items: users, nextCursor, total };
}

/** One user; null if in another domain (A4). */
export async function userView(tx: Reads, domainId: number, id: string, now: number): Promise<User | null> {
  const row = await tx.get<Row>(`${SELECT} WHERE u."id" = ? AND u."domainId" = ?`, id, domainId);
  return row === null ? null : await present(row, new SeenCounts(tx, domainId), now);
}

async function present(row: Row, counts: SeenCounts, now: number): Promise<User> {
  const { id, name, email, role, language, lastSignInAt } = row;
  const tags = JSON.parse(row.tags) as string[];
  const joined = row.canSignIn === 1;
  const openUntil = joined || row.invitedUntil === null || row.invitedUntil <= now ? null : row.invitedUntil;
  return {
    id,
    name,
    user: `${name}@${row.domain}`,
    email: shownEmail(email),
    role,
    billing: row.billing === 1,
    tags,
    language,
    state: joined ? 'active' : 'invited',
    invitationEndsAt: nullableIsoTime(openUntil),
    secondFactor: row.secondFactor === 1,
    lastSignInAt,
    devices: { seen: await counts.of(tags), all: await counts.of([]) },
  };
}

interface SessionRow extends Omit<OwnSession, 'current' | 'address' | 'userAgent'> {
  address: string | null;
  userAgent: string | null;
}

const place = z.tuple([z.string().max(64), z.string().max(64)]);

/** A user's live sessions, newest first; `currentId` is the requesting one. */
export async function listOwnSessions(
  tx: Reads,
  about: { userId: string; currentId: string; now: number },
  request: PageRequest,
): Promise<{ items: OwnSession[]; nextCursor: string | null; total: number }> {
  const [createdAt, id] = decodeCursor(request.cursor, place) ?? ['~', ''];
  const now = new Date(about.now).toISOString();
  const live = '"userId" = ? AND "expiresAt" > ?';
  const rows = await tx.all<SessionRow>(
    `SELECT "id", "createdAt", "expiresAt" AS endsAt, "ipAddress" AS address, "userAgent" FROM auth_session
     WHERE ${live} AND ("createdAt" < ? OR ("createdAt" = ? AND "id" > ?)) ORDER BY "createdAt" DESC, "id" LIMIT ?`,
    about.userId,
    now,
    createdAt,
    createdAt,
    id,
    request.limit + 1,
  );
  const total =
    (await tx.get<{ sessions: number }>(`SELECT count(*) AS sessions FROM auth_session WHERE ${live}`, about.userId, now))
      ?.sessions ?? 0;
  const { items, nextCursor } = pageOf(rows, request.limit, (last) => [last.createdAt, last.id]);
  const sessions = items.map((row) => ({
    ...row,
    address: row.address === '' ? null : row.address,
    userAgent: row.userAgent === '' ? null : row.userAgent,
    current: row.id === about.currentId,
  }));
  return { items: sessions, nextCursor, total };
}

const MAX_NAMED = 3;

/** The users whom another user of the domain can ask: admins without tags who can sign in, domain admins first. */
export async function adminNames(tx: Reads, { domainId, userId }: { domainId: number; userId: string }): Promise<string[]> {
  return (
    await tx.all<{ name: string }>(
      `SELECT u."name" FROM auth_user u WHERE u."domainId" = ? AND u."id" <> ? AND u."role" <> 'user' AND u."tags" = '[]'
        AND EXISTS (SELECT 1 FROM auth_account a WHERE a."userId" = u."id" AND a."password" IS NOT NULL)
       ORDER BY u."role" = 'domain-admin' DESC, u."name" LIMIT ?`,
      domainId,
      userId,
      MAX_NAMED,
    )
  ).map(({ name }) => name);
}

/** Language of mails to a user. */
export async function languageOfUser(tx: Reads, userId: string): Promise<Language> {
  return (await tx.get<{ language: Language }>('SELECT "language" FROM auth_user WHERE "id" = ?', userId))?.language ?? 'en';
}
