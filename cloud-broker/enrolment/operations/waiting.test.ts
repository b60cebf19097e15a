import { expect, test } from 'vitest';
import { testStore, answerTo, attemptOf, testDomain, testKey, waiting, CHANGE } from '../../../test/support/store.ts';
import { checkCode } from '../../../protocol/signing.ts';
import { enrolmentStore } from '../store.ts';

async function springfield() {
  const store = await testStore();
  return { store, domainId: await testDomain(store, 'springfield') };
}

/** A fingerprint with the first eight bytes given, so that its check code is known. */
const keyOf = (firstBytes: string, rest: string) => ({ fingerprint: firstBytes + rest.repeat(48), pem: `key ${rest}` });

test('[E6] at most 50 boards of one network wait in a domain, over all links of an IPv6 site; others still get in', async () => {
  const { store } = await springfield();
  await testDomain(store, 'shelbyville');
  for (let n = 0; n < 50; n += 1) await waiting(store, { serial: `SN-${n}`, address: `2001:db8:1:${n.toString(16)}::1` });
  const flood = { serial: 'SN-50', address: '2001:db8:1:ffff::9' };
  expect(await answerTo(store, flood)).toBe('busy');
  const looked = enrolmentStore(store, CHANGE.unprovenLimit);
  const attempt = await attemptOf(store, flood);
  expect([(await looked.look(attempt)).mayWait, await looked.isBusy(attempt)]).toEqual([true, true]);
  expect(await answerTo(store, { ...flood, domain: 'shelbyville' })).toBe('awaiting-approval');
  expect(await answerTo(store, { serial: 'SN-51', address: '2001:db8:2::9' })).toBe('awaiting-approval');
  expect(await answerTo(store, { serial: 'SN-52', address: '192.0.2.200' })).toBe('awaiting-approval');
  // Who waits already goes on, also from the network that is full.
  expect(await answerTo(store, { serial: 'SN-51', address: '2001:db8:1::9' })).toBe('awaiting-approval');
  expect(await answerTo(store, { serial: 'SN-0', address: '2001:db8:1::9' })).toBe('awaiting-approval');
});

test('[E6] of two keys with one check code in a domain the second is refused, told, and free to ask elsewhere', async () => {
  const { store, domainId } = await springfield();
  await testDomain(store, 'shelbyville');
  const [one, two] = [keyOf('0001020304050607', 'aa').fingerprint, keyOf('1415161718191a1b', 'bb').fingerprint].map(
    (fingerprint) => fingerprint.slice(0, 64),
  );
  if (one === undefined || two === undefined) throw new Error('two keys');
  expect(checkCode(two)).toBe(checkCode(one));
  const honest = await store.write('enrol', {
    ...(await attemptOf(store, { serial: 'SN-1' })),
    key: { fingerprint: one, pem: 'one' },
  });
  expect(honest).toMatchObject({ outcome: 'pending' });
  const twin = { ...(await attemptOf(store, { serial: 'SN-2' })), key: { fingerprint: two, pem: 'two' } };
  expect(await store.write('enrol', twin)).toMatchObject({ outcome: 'rejected', code: 'blocked' });
  expect(await store.write('enrol', twin)).toMatchObject({ outcome: 'rejected', code: 'blocked' });
  const deviceId = honest.outcome === 'pending' ? honest.deviceId : '';
  expect(await store.reader.all("SELECT device_id AS deviceId FROM alert_signals WHERE kind = 'take-overs'")).toEqual([
    { deviceId },
  ]);
  expect(
    await store.reader.all("SELECT subject FROM audit WHERE domain_id = ? AND action = 'device.check-code-refused'", domainId),
  ).toEqual([{ subject: deviceId }]);
  expect(await store.reader.all('SELECT serial, code FROM refused_tries')).toEqual([{ serial: 'SN-2', code: 'blocked' }]);
  expect(await store.write('enrol', { ...twin, domain: 'shelbyville' })).toMatchObject({ outcome: 'pending' });
});

test('[E6] the database names each key’s check code as the protocol does', async () => {
  const { store } = await springfield();
  for (let n = 0; n < 40; n += 1) await waiting(store, { serial: `SN-${n}` });
  const rows = await store.reader.all<{ serial: string; code: string }>('SELECT serial, check_code AS code FROM devices');
  for (const { serial, code } of rows) expect(code).toBe(checkCode(testKey(serial).fingerprint).replace('-', ''));
  expect(rows).toHaveLength(40);
});
