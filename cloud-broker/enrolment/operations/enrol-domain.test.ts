import { describe, expect, test } from 'vitest';
import { twoDomains } from '../../../test/support/in-process.ts';
import { answerTo, attemptOf, DAY_MS, enrolled, listBoards, START, CHANGE } from '../../../test/support/store.ts';
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
    const desk = enrolmentStore(store, CHANGE.unprovenLimit);
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
        ['springfield', 'capital', 'nowhere', 'shelbyville'].map(async (name) => desk.whyUnknown(name, START + 4)),
      ),
    ).toEqual([null, 'unconfirmed', 'absent', null]);
    expect(await desk.whyUnknown('shelbyville', START + 5)).toBe('closed');
    for (const domain of ['capital', 'nowhere', 'shelbyville'])
      expect(await answerTo(store, { serial: 'SN-1', domain, now: START + 5 })).toBe('domain-unknown');
  });
});

describe('what the desk sees before the transaction', () => {
  test('[E10] the class of the budget, and for which device a certificate is worth signing', async () => {
    const { store, accept } = await twoDomains();
    await listBoards(store, [{ serial: 'SN-1' }]);
    const desk = enrolmentStore(store, CHANGE.unprovenLimit);
    const preview = async (serial: string, more: object = {}): Promise<object> =>
      desk.preview({ ...(await attemptOf(store, { serial, ...more })), proposedId: 'dev-proposed' });
    expect(await preview('SN-1')).toMatchObject({ budgetClass: 'listed', certificateFor: 'dev-proposed' });
    expect(await preview('SN-2')).toMatchObject({ budgetClass: 'rest', certificateFor: null });
    expect(await preview('SN-2', { domain: 'nowhere' })).toMatchObject({ budgetClass: 'rest', certificateFor: null });
    const { deviceId } = await enrolled(store, { serial: 'SN-1' });
    expect(await preview('SN-1')).toMatchObject({ budgetClass: 'known-key', certificateFor: deviceId });
    await accept();
    expect(await preview('SN-2')).toMatchObject({ budgetClass: 'rest', certificateFor: 'dev-proposed' });
    expect([await desk.factoryKeyOf('sn-1 '), await desk.factoryKeyOf('SN-9')]).toEqual([null, null]);
  });
});
