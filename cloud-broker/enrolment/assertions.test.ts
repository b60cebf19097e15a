import { describe, expect, test } from 'vitest';
import { deviceCertificateSigner } from '../keys/device-certificates.ts';
import { deviceById, type DeviceRow } from '../devices/rows.ts';
import { domainById, type DomainRow } from '../domains/rows.ts';
import { boardBySerial } from '../register/rows.ts';
import { noNotes, WriteContext } from '../store/commit.ts';
import type { Parameter, Tx } from '../store/tx.ts';
import { testIssuer } from '../../test/support/issuer.ts';
import { twoDomains, type InProcessStore } from '../../test/support/in-process.ts';
import { attemptOf, enrolled, listBoards, START, testKey, waiting } from '../../test/support/store.ts';
import { bookGrant, markEnrolled } from './enrolling.ts';
import { reportTry, type TryOutcome } from './log.ts';
import { enrol } from './operations/enrol.ts';
import type { Grant } from './rules/decide.ts';

const MADE = { now: START, address: '192.0.2.7', correlationId: 'TEST0-00001', board: { serial: 'SN-1', model: 'X1' } };

async function domainOf(store: InProcessStore, id: number): Promise<DomainRow> {
  const domain = await domainById(store.reader, id);
  if (domain === null) throw new Error('no domain');
  return domain;
}

describe('the enrolment log takes no entry that contradicts itself', () => {
  const accepted: TryOutcome = { outcome: 'accepted', code: null, deviceId: 'dev-00000001', granted: 5 };
  const rejected: TryOutcome = { outcome: 'rejected', code: 'blocked', deviceId: null, granted: 0 };
  test.each<[string, TryOutcome, string]>([
    ['a refusal that grants', { ...rejected, granted: 5 }, 'who is not accepted is granted nothing'],
    ['a wait that grants', { ...accepted, outcome: 'pending', code: 'key-changed' }, 'who is not accepted is granted nothing'],
    ['a refusal with a device', { ...rejected, deviceId: 'dev-00000001' }, 'who is not rejected has a device'],
    ['an acceptance without a device', { ...accepted, deviceId: null }, 'who is not rejected has a device'],
    ['an acceptance with a code', { ...accepted, code: 'blocked' }, 'who is not accepted is told why'],
    ['a refusal without a code', { ...rejected, code: null }, 'who is not accepted is told why'],
  ])('[E11] %s', async (_what, entry, rule) => {
    const { store, domainId } = await twoDomains();
    const report = async (each: TryOutcome) => store.transaction((context) => reportTry(context, domainId, MADE, each));
    for (const each of [accepted, rejected]) await report(each);
    await expect(report(entry)).rejects.toThrow(`broken rule: ${rule}`);
    expect(store.committedOf('event').filter(({ type }) => type === 'enrolment')).toHaveLength(2);
  });
});

describe('a grant', () => {
  const grants: [string, string | null, Grant, string][] = [
    ['held and credits at once', 'SN-1', { credits: 5, reason: 'held' }, 'a grant is of more than nothing'],
    ['granted and no credits', 'SN-1', { credits: 0, reason: 'granted' }, 'a grant is of more than nothing'],
    ['credits of no board', null, { credits: 5, reason: 'granted' }, 'only a listed board brings credits'],
  ];
  test.each(grants)('[E5] is not booked: %s', async (_what, serial, grant, rule) => {
    const { store, domainId } = await twoDomains();
    await listBoards(store, [{ serial: 'SN-1', credits: 5 }]);
    const domain = await domainOf(store, domainId);
    const board = serial === null ? null : await boardBySerial(store.reader, 'sn-1');
    const to = { deviceId: 'dev-00000001', board, grant, actor: 'a' };
    await expect(store.transaction(async (context) => bookGrant(context, domain, to, START))).rejects.toThrow(
      `broken rule: ${rule}`,
    );
  });
});

describe('who is enrolled', () => {
  test('[E2] [A4] has a row in that domain', async () => {
    const { store, domainId } = await twoDomains();
    const id = await waiting(store, { serial: 'SN-1', domain: 'shelbyville' });
    const domain = await domainOf(store, domainId);
    const grant: Grant = { credits: 0, reason: 'not-listed' };
    const as = { id, identity: 'serial', board: null, key: testKey('SN-1'), grant, actor: 'a', address: null } as const;
    await expect(store.transaction(async (context) => markEnrolled(context, domain, as, START))).rejects.toThrow(
      'broken rule: who is enrolled in a domain has a row there',
    );
    expect(await deviceById(store.reader, id)).toMatchObject({ state: 'pending' });
  });

  test.each<[string, Partial<DeviceRow>, string]>([
    ['of another domain', { domainId: 9 }, 'who is accepted is a device of this domain'],
    ['that is not enrolled', { enrolledAt: null }, 'who is accepted is a device of this domain'],
    ['with another key', { keyFingerprint: 'f'.repeat(64) }, 'who is accepted is a device with this key'],
  ])('[E2] [E3] is answered with no row %s', async (_what, change, rule) => {
    const { store } = await twoDomains();
    await listBoards(store, [{ serial: 'SN-1' }]);
    const { deviceId } = await enrolled(store, { serial: 'SN-1' });
    const attempt = await attemptOf(store, { serial: 'SN-1' });
    /** Reads the device's row by its id as it never is. */
    const wrong: Tx = Object.assign(Object.create(store.reader) as Tx, {
      async get<Row>(text: string, ...parameters: Parameter[]): Promise<Row | null> {
        const row = await store.reader.get<Row>(text, ...parameters);
        return row !== null && text.includes('FROM devices WHERE id = ?') && parameters[0] === deviceId
          ? { ...row, ...change }
          : row;
      },
    });
    const context = new WriteContext(wrong, noNotes(), deviceCertificateSigner(testIssuer));
    await expect(enrol(context, attempt)).rejects.toThrow(`broken rule: ${rule}`);
  });
});
