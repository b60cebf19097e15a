import { expect } from 'vitest';
import { trialEnd } from '../../cloud-broker/domains/rules/status.ts';
import { firstChargedDay, startOf } from '../../cloud-broker/ledger/rules/usage.ts';
import { domainById, type DomainRow } from '../../cloud-broker/domains/rows.ts';
import type { CloseUsageInput, CloseUsagePiece } from '../../cloud-broker/ledger/operations/usage.ts';
import { post } from '../../cloud-broker/ledger/posting.ts';
import { inProcessStore, type InProcessStore } from './in-process.ts';
import { CHANGE, enrolled, START, testDomain } from './store.ts';

/** 2026-12-24: the trial ends in the morning of the 23rd. */
export const FIRST_DAY = firstChargedDay(trialEnd(START));

/** A domain whose daily use is tested (L6). */
export interface School {
  store: InProcessStore;
  domain(): Promise<DomainRow>;
  /** Closes as the job does, or as said; all pieces. */
  close(through: number, change?: Partial<CloseUsageInput>): Promise<Omit<CloseUsagePiece, 'more'>>;
  days(): Promise<unknown[]>;
  enrol(serial: string, now: number): Promise<string>;
  unenrol(id: string, now: number): Promise<void>;
  topUp(credits: number, now: number): Promise<void>;
  /** Kind, credits and date of the transfers, in their order. */
  booked(): Promise<unknown[]>;
}

/** Springfield takes unlisted boards and has these credits. */
export async function school(credits = 100): Promise<School> {
  const store = await inProcessStore();
  const domainId = await testDomain(store, 'springfield');
  const policy = { now: START, name: 'springfield', actor: 'a', pairing: null, previousUntil: null };
  await store.write('setEnrolmentPolicy', { ...policy, unlisted: 'accept' });
  const domain = async (): Promise<DomainRow> => {
    const row = await domainById(store.reader, domainId);
    if (row === null) throw new Error('no domain');
    return row;
  };
  let adjustments = 0;
  const topUp = async (more: number, now: number): Promise<void> => {
    adjustments += 1;
    const cause = {
      date: null,
      deviceId: null,
      boardId: null,
      productKeyId: null,
      reverses: null,
      reason: null,
      actor: 'operator',
    };
    const about = { kind: 'adjustment', direction: 'in', vendor: 'vendor:adjustments', credits: more, ...cause } as const;
    await store.transaction(async (context) =>
      post(context, await domain(), { ...about, idempotencyKey: `adjustment:${adjustments}` }, now),
    );
  };
  if (credits > 0) await topUp(credits, START);
  return {
    store,
    domain,
    topUp,
    async close(through, change = {}) {
      const sum = { days: 0, credits: 0 };
      for (let more = true; more;) {
        const about = { now: startOf(through + 1), through, domain: null, most: 50, byOperator: null, ...change };
        const piece = await store.write('closeUsage', about);
        expect(piece.days).toBeLessThanOrEqual(about.most);
        sum.days += piece.days;
        sum.credits += piece.credits;
        ({ more } = piece);
      }
      return sum;
    },
    days: async () =>
      (
        await store.reader.all<{ day: number; devices: number; charged: number }>(
          'SELECT day, devices, charged FROM usage_days WHERE domain_id = ? ORDER BY day',
          domainId,
        )
      ).map(({ day, devices, charged }) => [day - FIRST_DAY, devices, charged]),
    enrol: async (serial, now) => (await enrolled(store, { serial, now })).deviceId,
    unenrol: (id, now) => store.write('unenrol', { id, domainId, now, ...CHANGE }),
    booked: async () =>
      (
        await store.reader.all<{ kind: string; credits: number; date: string | null }>(
          'SELECT kind, credits, date FROM transfers WHERE domain_id = ? ORDER BY n',
          domainId,
        )
      ).map(({ kind, credits: moved, date }) => [kind, moved, date]),
  };
}
