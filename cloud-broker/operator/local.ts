import type * as z from 'zod';
import type { Accounts } from '../users/accounts.ts';
import { userOf } from '../users/login-names.ts';
import { makePairingCode } from '../domains/pairing.ts';
import type { Secrets } from '../keys/secrets.ts';
import { openDays } from '../ledger/rules/usage.ts';
import { RollcallError } from '../../protocol/errors.ts';
import { domainName, normaliseDomain, serialKey } from '../../protocol/text.ts';
import { issueClaim } from '../portal/claims.ts';
import { boardBySerial } from '../register/rows.ts';
import { domainByName, statusOf, type DomainRow } from '../domains/rows.ts';
import { billingFigures, listHistory } from '../billing/queries/billing.ts';
import { isoTime, nullableIsoTime } from '../store/paging.ts';
import { listDomains, whereIsBoard } from '../domains/queries/domains.ts';
import { presentHistoryRow } from '../billing/queries/history-row.ts';
import type { Store } from '../store/port.ts';
import { importInPieces } from './import-pieces.ts';
import {
  createDomainBody,
  enrolmentBody,
  type BackupView,
  type BoardSummary,
  type CreateDomain,
  type DomainCreated,
  type DomainsPage,
  type DomainSummary,
  type EnrolmentPolicyView,
  type HistoryPageView,
  type ImportSummary,
  type LedgerVerdict,
  type Operator,
  type PageOptions,
  type RegisterLine,
  type SetEnrolment,
} from './operator.ts';
import type { ClaimIssued } from './claims.ts';
import { clockDoings, type ClockDoings, type DoubtableClock } from './clock.ts';
import { issueKey, type IssueKey, type KeyIssued } from './keys.ts';
import { takingBack, type TakingBack } from './taking-back.ts';
import { closeDay, type CloseDay, type CloseProgress, type DayClosed } from './usage.ts';

const ACTOR = 'operator';
const DAY_MS = 86_400_000;
const PAGE_ROWS = 50;

export interface OperatorServices {
  store: Store;
  accounts: Accounts;
  secrets: Secrets;
  verifyLedger(): Promise<LedgerVerdict>;
  backup(file: string): Promise<BackupView>;
  clock(): number;
  serviceClock: DoubtableClock;
  random(bytes: number): Uint8Array;
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new RollcallError('invalid-request', { field: parsed.error.issues[0]?.path.join('.') ?? '' });
  return parsed.data;
}

class LocalOperator implements Omit<Operator, keyof TakingBack | keyof ClockDoings> {
  private readonly services: OperatorServices;

  constructor(services: OperatorServices) {
    this.services = services;
  }

  async createDomain(about: CreateDomain): Promise<DomainCreated> {
    const { store, accounts, clock } = this.services;
    const { name, email, password, ...rest } = checked(createDomainBody, about);
    if (!domainName.safeParse(name).success) throw new RollcallError('name-invalid');
    const owner = await accounts.signUps.firstUser({ domain: name, email, password, language: 'en' });
    await store.write('createDomain', { now: clock(), name, email: owner.email, ...rest, owner, activatedBy: ACTOR });
    const domain = await this.domain(name);
    return {
      name,
      status: statusOf(domain, clock()),
      trialEndsAt: nullableIsoTime(domain.trialEndsAt),
      user: userOf(owner.login),
    };
  }

  async listDomains(page: PageOptions): Promise<DomainsPage> {
    const { items, nextCursor, total } = await listDomains(this.services.store.reader, {
      cursor: page.cursor,
      limit: page.limit ?? PAGE_ROWS,
    });
    return { items: await Promise.all(items.map(async (row) => this.summary(row))), nextCursor, total };
  }

  async showDomain(name: string): Promise<DomainSummary> {
    return this.summary(await this.domain(name));
  }

  async setEnrolment(name: string, change: SetEnrolment): Promise<EnrolmentPolicyView> {
    const { store, secrets, clock, random } = this.services;
    const domain = await this.domain(name);
    const { unlisted, pairingCode, previousDays, unprovenLimit } = checked(enrolmentBody, change);
    const now = clock();
    const made = pairingCode === 'new' ? makePairingCode(secrets, domain.name, random) : null;
    const stored = made === null ? null : { hash: made.hash, sealed: made.sealed };
    await store.write('setEnrolmentPolicy', {
      now,
      name: domain.name,
      actor: ACTOR,
      unlisted: unlisted ?? null,
      pairing: pairingCode === 'none' ? 'none' : stored,
      previousUntil: previousDays === 0 ? null : now + previousDays * DAY_MS,
      unprovenLimit: unprovenLimit ?? null,
    });
    const after = await this.domain(name);
    return {
      name: after.name,
      unlisted: after.unlisted,
      pairing: after.pairingHash !== null,
      pairingCode: made?.code ?? null,
      unprovenLimit: after.unprovenLimit,
    };
  }

  async importLines(lines: readonly RegisterLine[]): Promise<ImportSummary> {
    const { store, clock } = this.services;
    return importInPieces(lines, (piece) => store.write('importBoards', { now: clock(), actor: ACTOR, lines: piece }));
  }

  async showBoard(serial: string): Promise<BoardSummary> {
    const { reader } = this.services.store;
    const board = await boardBySerial(reader, serialKey(serial));
    if (board === null) throw new RollcallError('not-found');
    const where = await whereIsBoard(reader, board.id);
    return {
      serial: board.serial,
      model: board.model,
      factoryKey: board.factoryPublicKey !== null,
      invoice: board.invoice,
      purchasedOn: board.purchasedOn,
      fulfilment: board.fulfilment,
      credits: board.credits,
      left: board.leftCredits,
      grants: board.grants,
      enrolledIn: where === null ? null : { ...where, enrolledAt: isoTime(where.enrolledAt) },
    };
  }

  async history(name: string, page: PageOptions): Promise<HistoryPageView> {
    const domain = await this.domain(name);
    const rows = await listHistory(this.services.store.reader, domain.id, {
      cursor: page.cursor,
      limit: page.limit ?? PAGE_ROWS,
    });
    return { ...rows, items: rows.items.map(presentHistoryRow) };
  }

  async issueKey(asked: IssueKey): Promise<KeyIssued> {
    return issueKey(this.services, asked, ACTOR);
  }

  async issueClaim(invoice: string): Promise<ClaimIssued> {
    const { validUntil, ...issued } = await issueClaim(this.services, invoice, ACTOR);
    return { ...issued, validUntil: isoTime(validUntil), expired: this.services.clock() > validUntil };
  }

  async closeDay(asked: CloseDay, onProgress?: CloseProgress): Promise<DayClosed> {
    return closeDay(this.services, asked, ACTOR, onProgress);
  }

  async verifyLedger(): Promise<LedgerVerdict> {
    return this.services.verifyLedger();
  }

  async backup(file: string): Promise<BackupView> {
    return this.services.backup(file);
  }

  private async domain(name: string): Promise<DomainRow> {
    const row = await domainByName(this.services.store.reader, normaliseDomain(name));
    if (row === null) throw new RollcallError('not-found');
    return row;
  }

  private async summary(row: DomainRow): Promise<DomainSummary> {
    return {
      name: row.name,
      organization: row.organization,
      status: statusOf(row, this.services.clock()),
      balance: row.balance,
      ...(await billingFigures(this.services.store.reader, row.id)),
      createdAt: isoTime(row.createdAt),
      trialEndsAt: nullableIsoTime(row.trialEndsAt),
      openDays: openDays(row, this.services.clock()),
      unlisted: row.unlisted,
      pairing: row.pairingHash !== null,
    };
  }
}

/** The operator's actions on this process's own store. */
export function localOperator(services: OperatorServices): Operator {
  const own = new LocalOperator(services);
  return Object.assign(own, takingBack(services, ACTOR), clockDoings(services, ACTOR));
}
