import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { twoDomains } from '../../../test/support/in-process.ts';
import {
  answerTo,
  attemptOf,
  CHANGE,
  DAY_MS,
  enrol,
  enrolled,
  factoryKeyPem,
  listBoards,
  START,
  waiting,
  type Try,
} from '../../../test/support/store.ts';
import type { EnrolmentOutcome, FirstLook } from '../attempt.ts';
import { enrolmentStore } from '../store.ts';

describe('pairing codes', () => {
  test('[D7] right, wrong, missing, and the one before it until its time is over', async () => {
    const { store } = await twoDomains();
    const set = (hash: string, previousUntil: number | null): Promise<void> =>
      store.write('setEnrolmentPolicy', {
        now: START,
        name: 'springfield',
        actor: 'a',
        unlisted: 'accept',
        pairing: { hash, sealed: new Uint8Array([1]) },
        previousUntil,
      });
    const tried = (pairingHash: string | null, days: number): Promise<string> =>
      answerTo(store, { serial: `SN-${String(pairingHash)}-${days}`, pairingHash, now: START + days * DAY_MS });
    await set('first', null);
    expect(await Promise.all([tried('first', 0), tried('second', 0), tried(null, 0)])).toEqual([
      'accepted',
      'pairing-code-wrong',
      'pairing-code-required',
    ]);
    await set('second', START + 7 * DAY_MS);
    expect(await Promise.all([tried('second', 1), tried('first', 6.9), tried('first', 7), tried('third', 1)])).toEqual([
      'accepted',
      'accepted',
      'pairing-code-wrong',
      'pairing-code-wrong',
    ]);
    await set('third', null);
    expect(await Promise.all([tried('third', 2), tried('second', 2)])).toEqual(['accepted', 'pairing-code-wrong']);
    expect(JSON.stringify(await store.reader.all('SELECT * FROM audit'))).not.toMatch(/first|second|third/);
  });

  test('[E13] a known device is let in without it', async () => {
    const { store, accept } = await twoDomains();
    await accept();
    await enrolled(store, { serial: 'SN-1' });
    await store.write('setEnrolmentPolicy', {
      now: START,
      name: 'springfield',
      actor: 'a',
      unlisted: null,
      pairing: { hash: 'right', sealed: new Uint8Array([1]) },
      previousUntil: null,
    });
    expect(await enrolled(store, { serial: 'SN-1' })).toMatchObject({ replay: true });
  });
});

describe('a domain that is disabled, closed or unconfirmed', () => {
  const later = START + 31 * DAY_MS;

  test('[D5] takes boards that bring credits, and is active again by them; others are refused', async () => {
    const { store, accept } = await twoDomains();
    await accept();
    await enrolled(store, { serial: 'OLD' });
    await listBoards(store, [
      { serial: 'SN-1', credits: 9 },
      { serial: 'SN-2', credits: 9, fulfilment: 'product-key' },
    ]);
    expect(await answerTo(store, { serial: 'NEW', now: later })).toBe('domain-disabled');
    expect(await answerTo(store, { serial: 'SN-2', now: later })).toBe('domain-disabled');
    expect(await enrolled(store, { serial: 'OLD', now: later })).toMatchObject({ replay: true });
    expect(await enrolled(store, { serial: 'SN-1', now: later })).toMatchObject({ credits: { granted: 9 } });
    expect([await answerTo(store, { serial: 'NEW', now: later }), await answerTo(store, { serial: 'SN-2', now: later })]).toEqual(
      ['accepted', 'accepted'],
    );
  });

  test('[E13] is unknown to boards while unconfirmed or closed; only the log learns which', async () => {
    const { store } = await twoDomains();
    const enrolments = enrolmentStore(store, CHANGE.unprovenLimit);
    await store.write('createDomain', {
      now: START,
      name: 'capital',
      email: 'a@b.example',
      organization: 'O',
      contactName: 'C',
      phone: '1',
    });
    store.reader.send("UPDATE domains SET closed_at = ? WHERE name = 'shelbyville'", START + 5);
    expect(
      await Promise.all(
        ['springfield', 'capital', 'nowhere', 'shelbyville'].map(async (name) => enrolments.whyUnknown(name, START + 4)),
      ),
    ).toEqual([null, 'unconfirmed', 'absent', null]);
    expect(await enrolments.whyUnknown('shelbyville', START + 5)).toBe('closed');
    for (const domain of ['capital', 'nowhere', 'shelbyville'])
      expect(await answerTo(store, { serial: 'SN-1', domain, now: START + 5 })).toBe('domain-unknown');
  });
});

describe('what the service sees before the transaction', () => {
  const LISTED = { budgetClass: 'listed', mayWait: false };
  const KNOWN = { budgetClass: 'known-key', mayWait: false };
  const REST = { budgetClass: 'rest', mayWait: true };

  test('[E10] the class of the budget, and whether it may be one too many of those who wait', async () => {
    const { store, accept, unenrol } = await twoDomains();
    await listBoards(store, [{ serial: 'SN-1' }]);
    const enrolments = enrolmentStore(store, CHANGE.unprovenLimit);
    const look = async (about: Try): Promise<FirstLook> => enrolments.look(await attemptOf(store, about));
    expect(await look({ serial: ' sn-1' })).toEqual(LISTED);
    expect([await look({ serial: 'SN-2' }), await look({ serial: 'Default string' })]).toEqual([REST, REST]);
    expect(await look({ serial: 'SN-1', source: 'machine-id' })).toEqual(REST);
    expect(await look({ serial: 'SN-2', domain: 'nowhere' })).toEqual({ ...REST, mayWait: false });
    const { deviceId } = await enrolled(store, { serial: 'SN-1' });
    expect(await look({ serial: 'SN-1' })).toEqual(KNOWN);
    // Its key is known in every domain, its serial competes in its own only.
    expect(await look({ serial: 'SN-1', domain: 'shelbyville' })).toEqual(KNOWN);
    expect(await look({ serial: 'SN-1', key: 'K2' })).toEqual({ ...LISTED, mayWait: true });
    expect(await look({ serial: 'SN-1', key: 'K2', domain: 'shelbyville' })).toEqual(LISTED);
    await unenrol(deviceId);
    expect(await look({ serial: 'SN-1', key: 'K2' })).toEqual(LISTED);
    await waiting(store, { serial: 'SN-2' });
    expect(await look({ serial: 'SN-2' })).toEqual({ ...KNOWN, mayWait: true });
    await accept();
    await enrolled(store, { serial: 'SN-3' });
    expect(await look({ serial: 'SN-3' })).toEqual(KNOWN);
  });

  test('[E6] [E10] busy: who would wait where the domain is full, and who is over budget unless its device is there', async () => {
    const { store } = await twoDomains();
    await listBoards(store, [{ serial: 'SN-1' }, { serial: 'SN-2' }]);
    const enrolments = enrolmentStore(store, CHANGE.unprovenLimit);
    const isBusy = async (about: Try): Promise<boolean> => enrolments.isBusy(await attemptOf(store, about));
    await enrolled(store, { serial: 'SN-1' });
    for (let n = 0; n < 50; n += 1) await waiting(store, { serial: `W-${n}` });
    const competes = { serial: 'SN-1', key: 'K2' };
    const tries = [{ serial: 'NEW' }, competes, { serial: 'W-1' }, { serial: 'SN-1' }, { serial: 'SN-2' }];
    expect(await Promise.all(tries.map(isBusy))).toEqual([true, true, false, false, false]);
    const over = { overBudget: true };
    expect(await Promise.all(tries.map(async (each) => isBusy({ ...each, ...over })))).toEqual([true, true, true, false, true]);
    expect(await isBusy({ serial: 'SN-2', domain: 'nowhere', ...over })).toBe(false);
  });

  test('[E10] whoever is busy in the transaction was told by the look: what cannot wait is never one too many', async () => {
    const { store, accept } = await twoDomains();
    const factoryPublicKey = factoryKeyPem();
    await listBoards(store, [{ serial: 'L-1' }, { serial: 'L-2' }, { serial: 'F-1', factoryPublicKey }]);
    for (const serial of ['L-1', 'F-1']) await enrolled(store, { serial });
    await enrolled(store, { serial: 'L-2', domain: 'shelbyville' });
    for (let n = 0; n < 50; n += 1) await waiting(store, { serial: `W-${n}` });
    const enrolments = enrolmentStore(store, CHANGE.unprovenLimit);
    const codes: Record<string, string[]> = { true: [], false: [] };
    const tryAll = async (): Promise<void> => {
      for (const serial of ['L-1', 'L-2', 'F-1', 'W-1', 'NEW', 'Default string'])
        for (const key of [serial, `other ${serial}`])
          codes[`${(await enrolments.look(await attemptOf(store, { serial, key }))).mayWait}`]?.push(
            await answerTo(store, { serial, key }),
          );
    };
    await tryAll();
    expect(codes['true']).toContain('busy');
    await accept();
    await tryAll();
    expect(codes['false']).not.toContain('busy');
  });
});

describe('the certificate', () => {
  test('[E3] [E10] is signed once it is decided, for the device that was decided on, and for nobody who is refused', async () => {
    const { store, domainId } = await twoDomains();
    await listBoards(store, [{ serial: 'SN-1' }]);
    const pem = factoryKeyPem();
    const certified = async (about: Try): Promise<Extract<EnrolmentOutcome, { outcome: 'accepted' }>> => {
      const attempt = await attemptOf(store, about);
      const outcome = await store.write('enrol', { ...attempt, key: { ...attempt.key, pem } });
      if (outcome.outcome !== 'accepted') throw new Error(JSON.stringify(outcome));
      return outcome;
    };
    for (const refused of [
      { serial: 'SN-1', overBudget: true },
      { serial: 'SN-1', domain: 'nowhere' },
    ])
      expect((await enrol(store, refused)).outcome).toBe('rejected');
    const row = await waiting(store, { serial: 'SN-2' });
    expect(store.signed).toEqual([]);
    const first = await certified({ serial: 'SN-1', proposedId: 'dev-proposed-1' });
    await store.write('approve', { now: START, id: row, domainId, as: null, ...CHANGE });
    const approved = await certified({ serial: 'SN-2', proposedId: 'dev-proposed-2' });
    // A device that is there is let in over budget (E10).
    const again = await certified({ serial: 'SN-1', proposedId: 'dev-proposed-3', overBudget: true });
    expect(store.signed).toEqual(['dev-proposed-1', row, 'dev-proposed-1']);
    const stored = await store.reader.all('SELECT fingerprint, serial_number AS serial, device_id AS deviceId FROM certificates');
    const answered = [first, approved, again].map(({ deviceId, certificate }) => {
      const { fingerprint256, serialNumber, subject, publicKey } = new X509Certificate(certificate);
      expect([subject, publicKey.export({ format: 'pem', type: 'spki' })]).toEqual([`CN=${deviceId}`, pem]);
      return { fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(), serial: serialNumber.toLowerCase(), deviceId };
    });
    expect(new Set(stored)).toEqual(new Set(answered));
  });
});
