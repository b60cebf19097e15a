import { describe, expect, test } from 'vitest';
import { inProcessStore } from '../../../test/support/in-process.ts';
import { DAY_MS, START } from '../../../test/support/store.ts';

const input = (name: string, now = START) => ({
  now,
  name,
  email: `a@${name}.example`,
  organization: 'O',
  contactName: 'C',
  phone: '1',
});

describe('a domain’s name', () => {
  test('[D1] is 3 to 32 lowercase letters or digits', async () => {
    const store = await inProcessStore();
    for (const name of ['ab', 'A'.repeat(3), 'a b', 'a'.repeat(33), ''])
      await expect(store.write('createDomain', input(name))).rejects.toMatchObject({ code: 'name-invalid' });
    expect(await store.reader.all('SELECT 1 FROM domains')).toEqual([]);
  });

  test('[D1] is unique for ever from activation on', async () => {
    const store = await inProcessStore();
    const { domainId } = await store.write('createDomain', input('springfield'));
    await store.write('activateDomain', { now: START, domainId, actor: 'a' });
    store.reader.send('UPDATE domains SET closed_at = ?', START + DAY_MS);
    await expect(store.write('createDomain', input('springfield', START + 1000 * DAY_MS))).rejects.toMatchObject({
      code: 'name-taken',
    });
  });

  test('[D1] is free again 7 days after its last mail where it was never confirmed', async () => {
    const store = await inProcessStore();
    const { domainId } = await store.write('createDomain', input('springfield'));
    store.reader.send('UPDATE domains SET confirmation_mailed_at = ?', START + DAY_MS);
    await expect(store.write('createDomain', input('springfield', START + 8 * DAY_MS))).rejects.toMatchObject({
      code: 'name-taken',
    });
    expect(await store.write('createDomain', { ...input('springfield', START + 8 * DAY_MS + 1), email: 'new@example' })).toEqual({
      domainId,
    });
    expect(await store.reader.get('SELECT email, created_at - ? AS at FROM domains', START)).toEqual({
      email: 'new@example',
      at: 8 * DAY_MS + 1,
    });
  });
});

describe('activation', () => {
  test('[D3] begins the trial of 30 days; activating again changes nothing', async () => {
    const store = await inProcessStore();
    const { domainId } = await store.write('createDomain', input('springfield'));
    for (const days of [0, 5]) await store.write('activateDomain', { now: START + days * DAY_MS, domainId, actor: 'a' });
    expect(await store.reader.get('SELECT (trial_ends_at - ?) / ? AS days FROM domains', START, DAY_MS)).toEqual({ days: 30 });
    expect(await store.reader.all("SELECT 1 FROM audit WHERE action = 'domain.activated'")).toHaveLength(1);
  });

  test('[L5] lays an empty chain: nothing in it, not to be laid again', async () => {
    const store = await inProcessStore();
    await store.write('createDomain', input('springfield'));
    expect(await store.reader.all('SELECT n, balance, hash FROM ledger_heads')).toEqual([
      { n: 0, balance: 0, hash: '0'.repeat(64) },
    ]);
  });
});

test('[D7] the enrolment policy is that of a domain that is there', async () => {
  const store = await inProcessStore();
  const policy = { now: START, name: 'nowhere', actor: 'a', unlisted: 'accept' as const, pairing: null, previousUntil: null };
  await expect(store.write('setEnrolmentPolicy', policy)).rejects.toMatchObject({ code: 'not-found' });
});
