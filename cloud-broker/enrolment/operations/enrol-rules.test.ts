import { describe, expect, test } from 'vitest';
import { twoDomains } from '../../../test/support/in-process.ts';
import {
  answerTo,
  attemptOf,
  balanceOf,
  CHANGE,
  enrol,
  enrolled,
  factoryKeyPem,
  listBoards,
  LATER,
  START,
  testKey,
  waiting,
} from '../../../test/support/store.ts';
import { verifyLedger } from '../../ledger/verify-books.ts';

describe('keys and boards', () => {
  test('[E1] a key is bound to one board, in all domains and for ever', async () => {
    const { store, domainId } = await twoDomains();
    const id = await waiting(store, { serial: 'SN-1', key: 'K1' });
    expect(await answerTo(store, { serial: 'SN-2', key: 'K1' })).toBe('key-in-use');
    expect(await answerTo(store, { serial: 'SN-2', key: 'K1', domain: 'shelbyville' })).toBe('key-in-use');
    expect(await answerTo(store, { serial: ' sn-1 ', key: 'K1', domain: 'shelbyville' })).toBe('awaiting-approval');
    await store.write('reject', { id, block: false, now: START, domainId, ...CHANGE });
    expect(await answerTo(store, { serial: 'SN-2', key: 'K1' })).toBe('key-in-use');
  });

  test('[E1] a refused key is bound to nothing', async () => {
    const { store } = await twoDomains();
    await listBoards(store, [{ serial: 'SN-1', factoryPublicKey: factoryKeyPem() }]);
    expect(await answerTo(store, { serial: 'SN-1', key: 'K1', boardSignature: 'invalid' })).toBe('attestation-failed');
    expect(await answerTo(store, { serial: 'SN-2', key: 'K1' })).toBe('awaiting-approval');
  });

  test('[E4] a board with a factory key that does not sign with it is refused and nothing is spent', async () => {
    const { store } = await twoDomains();
    await listBoards(store, [{ serial: 'SN-1', credits: 9, factoryPublicKey: factoryKeyPem() }]);
    expect(await answerTo(store, { serial: 'SN-1', boardSignature: 'missing' })).toBe('attestation-required');
    expect(await answerTo(store, { serial: 'SN-1', boardSignature: 'invalid' })).toBe('attestation-failed');
    expect(await store.reader.all('SELECT left_credits AS left, grants FROM boards')).toEqual([{ left: 9, grants: 0 }]);
    expect([await balanceOf(store, 'springfield'), (await store.reader.all('SELECT 1 FROM devices')).length]).toEqual([0, 0]);
    expect(await enrolled(store, { serial: 'SN-1' })).toMatchObject({ credits: { granted: 9 } });
    expect(await answerTo(store, { serial: 'SN-1', boardSignature: 'missing' })).toBe('attestation-required');
  });

  test('[E4] the factory key that counts is the one that the register has when it is decided', async () => {
    const { store } = await twoDomains();
    await listBoards(store, [{ serial: 'SN-1', credits: 9 }]);
    const unsigned = await attemptOf(store, { serial: 'SN-1' });
    await listBoards(store, [{ serial: 'SN-1', credits: 9, factoryPublicKey: factoryKeyPem() }]);
    expect(await store.write('enrol', unsigned)).toEqual({ outcome: 'rejected', code: 'attestation-required' });
    expect(await store.reader.all('SELECT 1 FROM devices')).toEqual([]);
    expect(await answerTo(store, { serial: 'SN-1' })).toBe('accepted');
  });

  test.each([
    ['another nonce', { nonce: 'another nonce' }],
    ['another domain', { domain: 'shelbyville' }],
    ['another device key', { key: testKey('K2') }],
    [
      'another serial',
      { board: { serial: 'SN-2', serialSource: 'dmi', model: 'X1', os: 'Linux', arch: 'x64', agentVersion: '1' } },
    ],
  ] as const)('[E4] what the factory key signed for %s proves nothing', async (_what, change) => {
    const { store } = await twoDomains();
    const factoryPublicKey = factoryKeyPem();
    await listBoards(store, [
      { serial: 'SN-1', factoryPublicKey },
      { serial: 'SN-2', factoryPublicKey },
    ]);
    const signed = await attemptOf(store, { serial: 'SN-1' });
    expect(await store.write('enrol', { ...signed, ...change })).toEqual({ outcome: 'rejected', code: 'attestation-failed' });
    expect(await store.write('enrol', signed)).toMatchObject({ outcome: 'accepted' });
  });

  test('[E12] a placeholder or a machine id is told apart by the key alone; also with the same serial both run', async () => {
    const { store, accept } = await twoDomains();
    await accept();
    for (const [serial, source] of [
      ['Default string', 'dmi'],
      ['0a1b2c3d4e5f', 'machine-id'],
    ] as const) {
      const [one, two] = [
        await enrolled(store, { serial, source, key: `1 ${serial}` }),
        await enrolled(store, { serial, source, key: `2 ${serial}` }),
      ];
      expect(one.deviceId).not.toBe(two.deviceId);
      expect(await enrolled(store, { serial, source, key: `1 ${serial}` })).toMatchObject({
        deviceId: one.deviceId,
        replay: true,
      });
      expect((await enrolled(store, { serial, source, key: `1 ${serial}`, domain: 'springfield' })).replay).toBe(true);
    }
    expect(await store.reader.all('SELECT DISTINCT identity FROM devices')).toEqual([{ identity: 'key' }]);
  });

  test('[E12] two boards that share a serial which is listed later: one joins the line, the other goes on as it was', async () => {
    const { store, domainId, accept } = await twoDomains();
    await accept();
    const first = await enrolled(store, { serial: 'SN-1', key: 'K1' });
    const row = await waiting(store, { serial: 'SN-1', key: 'K2' }, 'key-changed');
    await store.write('approve', { id: row, as: 'another', now: START, domainId, ...CHANGE });
    await enrolled(store, { serial: 'SN-1', key: 'K2' });
    await listBoards(store, [{ serial: 'SN-1', credits: 40, factoryPublicKey: factoryKeyPem() }]);
    expect(await enrolled(store, { serial: 'SN-1', key: 'K1' })).toMatchObject({
      deviceId: first.deviceId,
      credits: { granted: 40 },
    });
    expect(await enrolled(store, { serial: 'SN-1', key: 'K2' })).toMatchObject({
      deviceId: row,
      replay: true,
      credits: { granted: 0 },
    });
    expect(await balanceOf(store, 'springfield')).toBe(40);
  });
});

describe('one board, two domains', () => {
  test('[E8] a listed serial is refused until the other domain unenrols it; the answer and the log never name that domain', async () => {
    const { store, unenrol } = await twoDomains();
    await listBoards(store, [{ serial: 'SN-1', credits: 9 }]);
    const { deviceId } = await enrolled(store, { serial: 'SN-1', key: 'K1' });
    store.committed.splice(0);
    const refused = await enrol(store, { serial: 'sn-1', key: 'K2', domain: 'shelbyville' });
    expect(refused).toEqual({ outcome: 'rejected', code: 'enrolled-elsewhere' });
    expect(store.committedOf('event')).toMatchObject([
      { domainId: 2, type: 'enrolment', data: { code: 'enrolled-elsewhere', correlationId: 'TEST0-00001' } },
    ]);
    expect(JSON.stringify([refused, store.committed])).not.toMatch(/springfield|dev-/);
    await unenrol(deviceId, LATER);
    expect(await enrolled(store, { serial: 'SN-1', key: 'K2', domain: 'shelbyville', now: LATER })).toMatchObject({
      credits: { granted: 0, reason: 'none-left' },
    });
    expect(await answerTo(store, { serial: 'SN-1', key: 'K1' })).toBe('enrolled-elsewhere');
  });

  test('[E12] an unlisted serial is one board in each domain', async () => {
    const { store, accept } = await twoDomains();
    await accept();
    await enrolled(store, { serial: 'SN-1', key: 'K1' });
    expect(await answerTo(store, { serial: 'SN-1', key: 'K2', domain: 'shelbyville' })).toBe('awaiting-approval');
  });

  test('[E13] without the right pairing code nothing is said about a serial', async () => {
    const { store } = await twoDomains();
    await listBoards(store, [{ serial: 'SN-1', factoryPublicKey: factoryKeyPem() }]);
    await enrolled(store, { serial: 'SN-1', key: 'K1', domain: 'shelbyville' });
    await store.write('setEnrolmentPolicy', {
      now: START,
      name: 'springfield',
      actor: 'a',
      unlisted: null,
      pairing: { hash: 'right', sealed: new Uint8Array([1]) },
      previousUntil: null,
    });
    for (const serial of ['SN-1', 'SN-2']) {
      expect(await answerTo(store, { serial, key: `new ${serial}`, boardSignature: 'missing' })).toBe('pairing-code-required');
      expect(await answerTo(store, { serial, key: `new ${serial}`, boardSignature: 'missing', pairingHash: 'wrong' })).toBe(
        'pairing-code-wrong',
      );
    }
  });
});

describe('a factory reset', () => {
  test('[E7] proved by the factory key it keeps deviceId, label and tags; old certificates are dead, nothing is granted', async () => {
    const { store, domainId } = await twoDomains();
    await listBoards(store, [{ serial: 'SN-1', credits: 9, factoryPublicKey: factoryKeyPem() }]);
    const { deviceId } = await enrolled(store, { serial: 'SN-1', key: 'before' });
    await store.write('changeDevice', { id: deviceId, label: 'Hall', tags: ['east'], now: START, domainId, ...CHANGE });
    const after = await enrolled(store, { serial: 'SN-1', key: 'after' });
    expect(after).toMatchObject({ deviceId, replay: false, credits: { granted: 0, reason: 'none-left' } });
    expect(store.committedOf('revoked')).toEqual([{ kind: 'revoked', deviceId }]);
    expect(await store.reader.all('SELECT count(*) AS live FROM certificates WHERE revoked_at IS NULL')).toEqual([{ live: 1 }]);
    expect(await store.reader.get('SELECT label, tags, key_fingerprint AS key FROM devices')).toEqual({
      label: 'Hall',
      tags: '["east"]',
      key: testKey('after').fingerprint,
    });
    expect(await enrolled(store, { serial: 'SN-1', key: 'after' })).toMatchObject({
      deviceId,
      replay: true,
      credits: { granted: 0, reason: 'none-left' },
    });
    expect(await balanceOf(store, 'springfield')).toBe(9);
    expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true });
  });
});

describe('coming back', () => {
  test('[E9] a renewal of an unenrolled device is answered unenrolled; a person’s enrolment gets the old device back', async () => {
    const { store, unenrol } = await twoDomains();
    await listBoards(store, [{ serial: 'SN-1', credits: 9 }]);
    const { deviceId } = await enrolled(store, { serial: 'SN-1' });
    await unenrol(deviceId);
    expect(await answerTo(store, { serial: 'SN-1', renew: deviceId })).toBe('unenrolled');
    expect(await answerTo(store, { serial: 'SN-1', renew: deviceId, domain: 'shelbyville' })).toBe('accepted');
    expect(await answerTo(store, { serial: 'SN-1' })).toBe('enrolled-elsewhere');
  });

  test('[E9] a waiting row of an earlier device is told as removed when the old device comes back', async () => {
    const { store, accept, unenrol } = await twoDomains();
    await accept();
    const { deviceId } = await enrolled(store, { serial: 'SN-1' });
    await unenrol(deviceId);
    await store.write('setEnrolmentPolicy', {
      now: START,
      name: 'springfield',
      actor: 'a',
      unlisted: 'approve',
      pairing: null,
      previousUntil: null,
    });
    const row = await waiting(store, { serial: 'SN-1' });
    await accept();
    store.deviceEvents();
    expect(await enrolled(store, { serial: 'SN-1' })).toMatchObject({ deviceId });
    expect(store.deviceEvents().toSorted()).toEqual([`-${row}`, deviceId].toSorted());
  });
});
