/** What the vendor's operator can do, identical from the command line and over HTTP; shapes as in protocol.md §2. */
import * as z from 'zod';
import type { HistoryPage } from '../../protocol/api.ts';
import { domainStatuses } from '../../protocol/api-common.ts';
import { domainName } from '../../protocol/text.ts';
import type { ClaimIssued } from './claims.ts';
import type { ClockDoings } from './clock.ts';
import type { IssueKey, KeyIssued } from './keys.ts';
import type { TakingBack } from './taking-back.ts';
import type { CloseDay, CloseProgress, DayClosed } from './usage.ts';
import { MAX_PREVIOUS_DAYS } from '../domains/pairing.ts';

const time = z.iso.datetime();
const text = z.string().max(128);

export const createDomainBody = z.object({
  name: z.string().min(1).max(64),
  email: z.string().max(254),
  password: z.string().max(256),
  organization: text.default(''),
  contactName: text.default(''),
  phone: text.default(''),
});

export const domainCreated = z.object({
  name: domainName,
  status: z.enum(domainStatuses),
  trialEndsAt: time.nullable(),
  user: z.string(),
});

export const domainSummary = z.object({
  name: domainName,
  organization: z.string(),
  status: z.enum(domainStatuses),
  balance: z.int(),
  devices: z.int(),
  /** Credits that its boards brought and that the operator holds (E14). */
  held: z.int(),
  createdAt: time,
  trialEndsAt: time.nullable(),
  /** Finished days of use that are not closed; more than 7 wait for the operator (L6). */
  openDays: z.int(),
  unlisted: z.enum(['approve', 'accept']),
  pairing: z.boolean(),
});
export const domainsPage = z.object({ items: z.array(domainSummary), nextCursor: z.string().nullable(), total: z.int() });

/** D7, E6. `pairingCode: 'new'` creates one; the code it replaces stays valid for `previousDays`. */
export const enrolmentBody = z.object({
  unlisted: z.enum(['approve', 'accept']).optional(),
  pairingCode: z.enum(['new', 'none']).optional(),
  previousDays: z.int().min(0).max(MAX_PREVIOUS_DAYS).default(0),
  /** Unproven grants per day (E14). */
  unprovenLimit: z.int().min(0).max(1_000_000).optional(),
});

/** `pairingCode` is the new code, shown only this once; null if none was made. */
export const enrolmentPolicy = z.object({
  name: domainName,
  unlisted: z.enum(['approve', 'accept']),
  pairing: z.boolean(),
  pairingCode: z.string().nullable(),
  unprovenLimit: z.int(),
});

/** Per request. */
export const MAX_LINES = 1000;
export const importBody = z.strictObject({
  lines: z.array(z.strictObject({ line: z.int().min(1), values: z.unknown() })).max(MAX_LINES),
});
export const importReport = z.object({
  added: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  rejected: z.array(z.object({ line: z.int(), reason: z.string() })),
});

export const boardSummary = z.object({
  serial: z.string(),
  model: z.string(),
  factoryKey: z.boolean(),
  invoice: z.string().nullable(),
  purchasedOn: z.string().nullable(),
  fulfilment: z.enum(['on-enrolment', 'product-key']),
  credits: z.int(),
  left: z.int(),
  grants: z.int(),
  enrolledIn: z.object({ domain: domainName, deviceId: z.string(), enrolledAt: time }).nullable(),
});

export const verdict = z.object({
  ok: z.boolean(),
  domains: z.int(),
  transfers: z.int(),
  sum: z.int(),
  firstDifference: z.object({ domain: z.string(), n: z.int().nullable(), what: z.string() }).optional(),
  damagedHeads: z.array(z.object({ line: z.int(), what: z.string() })).optional(),
});

/** S4. The path is absolute and does not exist yet; a caller allowed to use this already holds the service's keys. */
export const backupBody = z.object({ file: z.string().min(1).max(4096) });
export const backupMade = z.object({ file: z.string(), bytes: z.int(), verified: z.boolean(), flaw: z.string().optional() });

export type CreateDomain = z.input<typeof createDomainBody>;
export type DomainCreated = z.output<typeof domainCreated>;
export type DomainSummary = z.output<typeof domainSummary>;
export type DomainsPage = z.output<typeof domainsPage>;
export type SetEnrolment = z.input<typeof enrolmentBody>;
export type EnrolmentPolicyView = z.output<typeof enrolmentPolicy>;
export type RegisterLine = z.output<typeof importBody>['lines'][number];
export type ImportSummary = z.output<typeof importReport>;
export type BoardSummary = z.output<typeof boardSummary>;
export type HistoryPageView = HistoryPage;
export type LedgerVerdict = z.output<typeof verdict>;
export type BackupView = z.output<typeof backupMade>;

export interface PageOptions {
  cursor?: string | undefined;
  /** Rows, from 1 to 200; 50 by default. */
  limit?: number | undefined;
}

/** All methods reject with a RollcallError; codes not named here are `internal`, `busy` or, remotely, `unreachable`. */
export interface Operator extends TakingBack, ClockDoings {
  /**
   * Creates an activated domain and its first user. Each step is repeatable, so after a crash the same call continues where it stopped. Refuses with
   * `name-invalid`, `name-taken` or `invalid-request`.
   */
  createDomain(about: CreateDomain): Promise<DomainCreated>;
  listDomains(page: PageOptions): Promise<DomainsPage>;
  /** Refuses with `not-found`. */
  showDomain(name: string): Promise<DomainSummary>;
  /** D7, E6. Refuses with `not-found`. */
  setEnrolment(name: string, change: SetEnrolment): Promise<EnrolmentPolicyView>;
  /** K2: any number of lines; each has its own verdict, and repeating an import changes nothing. */
  importLines(lines: readonly RegisterLine[]): Promise<ImportSummary>;
  /** Refuses with `not-found`. */
  showBoard(serial: string): Promise<BoardSummary>;
  /** L8, newest first. Refuses with `not-found`. */
  history(name: string, page: PageOptions): Promise<HistoryPageView>;
  /** K5: a stand-alone key. Refuses with `invalid-request`. */
  issueKey(asked: IssueKey): Promise<KeyIssued>;
  /** K4: the same code each time. Refuses with `not-found` or `invoice-not-claimable`. */
  issueClaim(invoice: string): Promise<ClaimIssued>;
  /** L6. Refuses with `invalid-request` (`day-not-over`, `waive-needs-date`), or `not-found`. */
  closeDay(asked: CloseDay, onProgress?: CloseProgress): Promise<DayClosed>;
  /** L5: verifies the books from the first row. */
  verifyLedger(): Promise<LedgerVerdict>;
  /** S4: a consistent copy with all keys, in a new file on the service's machine. Refuses with `backup-failed`. */
  backup(file: string): Promise<BackupView>;
}

/** What the operator's routes need in addition to the others. */
export interface WithOperator {
  operator: Operator;
}
