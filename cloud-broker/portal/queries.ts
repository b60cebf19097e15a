/** Data shown in the Admin Portal, always limited to the user's organisations (A4). */
import * as z from 'zod';
import type { PortalRole } from '../../protocol/api-portal.ts';
import { serialKey } from '../../protocol/text.ts';
import type { Reads } from '../store/tx.ts';
import { decodeCursor, pageOf, type PageRequest } from '../store/paging.ts';

interface Page<Row> {
  items: Row[];
  nextCursor: string | null;
  total: number;
}

const afterId = z.string().max(64);

interface OrganizationView {
  id: string;
  name: string;
  role: PortalRole;
  members: number;
}

const OF_USER = 'FROM portal_members m JOIN portal_organizations o ON o.id = m.organization_id WHERE m.user_id = ?';

/** The user's organisations, in the order joined. `members` does not count invitations. */
export async function listOrganizations(tx: Reads, userId: string, request: PageRequest): Promise<Page<OrganizationView>> {
  const after = decodeCursor(request.cursor, afterId) ?? '';
  const rows = await tx.all<OrganizationView>(
    `SELECT o.id, o.name, m.role,
      (SELECT count(*) FROM portal_members c WHERE c.organization_id = o.id AND c.user_id IS NOT NULL) AS members
     ${OF_USER} AND m.id > coalesce((SELECT id FROM portal_members WHERE user_id = ? AND organization_id = ?), 0) ORDER BY m.id LIMIT ?`,
    userId,
    userId,
    after,
    request.limit + 1,
  );
  const total = (await tx.get<{ n: number }>(`SELECT count(*) AS n ${OF_USER}`, userId))?.n ?? 0;
  return { ...pageOf(rows, request.limit, (last) => last.id), total };
}

/** Ids of the organisations in which the user is an admin, at most two: a user with only one need not name it. */
export async function administered(tx: Reads, userId: string): Promise<string[]> {
  return (await tx.all<{ id: string }>(`SELECT o.id ${OF_USER} AND m.role = 'admin' ORDER BY m.id LIMIT 2`, userId)).map(
    ({ id }) => id,
  );
}

export async function organizationName(tx: Reads, id: string): Promise<string | null> {
  return (await tx.get<{ name: string }>('SELECT name FROM portal_organizations WHERE id = ?', id))?.name ?? null;
}

interface MemberView {
  id: string;
  userId: string | null;
  email: string;
  name: string | null;
  role: PortalRole;
  sinceAt: number;
  expiresAt: number | null;
}

const MEMBER = `SELECT m.public_id AS id, m.user_id AS userId, m.email, u."name", m.role, m.since_at AS sinceAt, m.expires_at AS expiresAt
  FROM portal_members m LEFT JOIN auth_portal_user u ON u."id" = m.user_id WHERE m.organization_id = ?`;

/** Members and open invitations, in the order added. The caller has verified that the reader is a member. */
export async function listMembers(tx: Reads, organizationId: string, request: PageRequest): Promise<Page<MemberView>> {
  const after = decodeCursor(request.cursor, afterId) ?? '';
  const rows = await tx.all<MemberView>(
    `${MEMBER} AND m.id > coalesce((SELECT id FROM portal_members WHERE public_id = ?), 0) ORDER BY m.id LIMIT ?`,
    organizationId,
    after,
    request.limit + 1,
  );
  const count = 'SELECT count(*) AS n FROM portal_members WHERE organization_id = ?';
  return {
    ...pageOf(rows, request.limit, (last) => last.id),
    total: (await tx.get<{ n: number }>(count, organizationId))?.n ?? 0,
  };
}

export async function memberView(tx: Reads, organizationId: string, id: string): Promise<MemberView | null> {
  return await tx.get<MemberView>(`${MEMBER} AND m.public_id = ?`, organizationId, id);
}

export interface SubscriptionView {
  organizationId: string;
  organization: string;
  invoice: string;
  keyId: string;
  sealed: Uint8Array;
  credits: number;
  redeemedAt: number | null;
  claimedAt: number;
}

const SUBSCRIPTION = `SELECT s.organization_id AS organizationId, o.name AS organization, s.invoice, s.product_key_id AS keyId,
  k.sealed, k.credits, k.redeemed_at AS redeemedAt, s.claimed_at AS claimedAt
  FROM portal_subscriptions s JOIN portal_organizations o ON o.id = s.organization_id JOIN product_keys k ON k.id = s.product_key_id`;
const IN_MINE = 's.organization_id IN (SELECT organization_id FROM portal_members WHERE user_id = ?1)';

/** K3: subscriptions of all organisations of the user, newest first. */
export async function listSubscriptions(tx: Reads, userId: string, request: PageRequest): Promise<Page<SubscriptionView>> {
  const before = decodeCursor(request.cursor, afterId);
  const rows = await tx.all<SubscriptionView>(
    `${SUBSCRIPTION} WHERE ${IN_MINE} AND (CAST(?2 AS TEXT) IS NULL OR s.id < (SELECT id FROM portal_subscriptions WHERE product_key_id = ?2)) ORDER BY s.id DESC LIMIT ?3`,
    userId,
    before,
    request.limit + 1,
  );
  const count = `SELECT count(*) AS n FROM portal_subscriptions s WHERE ${IN_MINE}`;
  return { ...pageOf(rows, request.limit, (last) => last.keyId), total: (await tx.get<{ n: number }>(count, userId))?.n ?? 0 };
}

/**
 * A subscription, identified by its product key's id. Null if it does not exist or belongs to an organisation that the user is not a member of (A4).
 */
export async function subscriptionView(tx: Reads, userId: string, keyId: string): Promise<SubscriptionView | null> {
  return await tx.get<SubscriptionView>(`${SUBSCRIPTION} WHERE s.product_key_id = ?2 AND ${IN_MINE}`, userId, keyId);
}

/** Boards of an invoice: those of its product key, or, before it exists, those it will be for. */
interface BoardsOf {
  invoice: string;
  keyId: string | null;
}

const BOARDS = `FROM boards WHERE invoice = ?1 AND fulfilment = 'product-key' AND (CAST(?2 AS TEXT) IS NULL OR product_key_id = ?2)`;

export interface BoardFacts {
  boards: number;
  models: { model: string; boards: number }[];
  /** The earliest date, `YYYY-MM-DD`. */
  purchasedOn: string | null;
}

export async function boardFacts(tx: Reads, { invoice, keyId }: BoardsOf): Promise<BoardFacts> {
  const models = await tx.all<{ model: string; boards: number; purchasedOn: string | null }>(
    `SELECT model, count(*) AS boards, min(purchased_on) AS purchasedOn ${BOARDS} GROUP BY model ORDER BY model`,
    invoice,
    keyId,
  );
  const dates = models.flatMap(({ purchasedOn }) => (purchasedOn === null ? [] : [purchasedOn]));
  return {
    boards: models.reduce((sum, { boards }) => sum + boards, 0),
    models: models.map(({ model, boards }) => ({ model, boards })),
    purchasedOn: dates.toSorted()[0] ?? null,
  };
}

/** The boards themselves, in the order listed. */
export async function listBoards(
  tx: Reads,
  of: BoardsOf,
  request: PageRequest,
): Promise<Page<{ serial: string; model: string }>> {
  const after = decodeCursor(request.cursor, z.string().max(128)) ?? '';
  const rows = await tx.all<{ serial: string; model: string }>(
    `SELECT serial, model ${BOARDS} AND id > coalesce((SELECT id FROM boards WHERE serial_key = ?3), 0) ORDER BY id LIMIT ?4`,
    of.invoice,
    of.keyId,
    after,
    request.limit + 1,
  );
  const total = (await tx.get<{ n: number }>(`SELECT count(*) AS n ${BOARDS}`, of.invoice, of.keyId))?.n ?? 0;
  return { ...pageOf(rows, request.limit, (last) => serialKey(last.serial)), total };
}
