import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { domainSettings, pairingCode, type DomainSettings } from '../../protocol/api-domain.ts';
import { pairingHash } from './pairing.ts';
import { openHarness, PASSWORD, type Harness, type TestDomain } from '../service/testing/harness.ts';
import { isOnPostgres } from '../../test/support/test-database.ts';

const DAY_MS = 86_400_000;
let harness: Harness;
let domain: TestDomain;
let domains = 0;

beforeAll(async () => {
  harness = await openHarness();
});
beforeEach(async () => {
  domain = await harness.domain(`domain${(domains += 1)}`);
});
afterAll(async () => harness.close());

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
const ask = async (method: Method, path: string, body?: object, cookie = domain.cookie) =>
  harness.request(method, `/api/v1${path}`, { cookie, ...(body === undefined ? {} : { body }) });

async function settings(): Promise<DomainSettings> {
  const answer = await ask('GET', '/domain');
  expect(answer.status).toBe(200);
  return domainSettings.parse(answer.json);
}

const auditOf = async () =>
  harness.store.reader.all<{ action: string; actor: string; details: string }>(
    'SELECT action, actor, details FROM audit WHERE domain_id = ? ORDER BY id',
    domain.id,
  );

/** Mails that wait for this domain, as the outbox has them. */
const mails = async () =>
  harness.store.reader.all<{ recipient: string; template: string; data: string }>(
    'SELECT recipient, template, data FROM outbox WHERE domain_id = ? ORDER BY id',
    domain.id,
  );

async function newCode(previousDays = 0): Promise<string> {
  return pairingCode.parse((await ask('POST', '/domain/pairing-code', { previousDays })).json).code;
}

/** Whether a new board gets past the pairing code, as it is typed. */
async function pairing(typed: string | null): Promise<string> {
  const hash = typed === null ? null : pairingHash(harness.secrets, typed);
  return harness.enrol(domain, `board ${Math.random()}`, undefined, hash).then(
    ({ outcome }) => outcome,
    (error: unknown) => /pairing-code-\w+/.exec(String(error))?.[0] ?? String(error),
  );
}

describe('[D7] the pairing code', () => {
  test('[D7] is made by the service, shown to admins again, and asked of new boards', async () => {
    expect(await settings()).toMatchObject({ pairingCode: null, previousCodeUntil: null });
    expect(await pairing(null)).toBe('pending');
    const code = await newCode();
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect((await settings()).pairingCode).toBe(code);
    expect(await pairing(null)).toBe('pairing-code-required');
    expect(await pairing('XXXX-XXXX')).toBe('pairing-code-wrong');
    expect(await pairing(code.toLowerCase().replace('-', ' '))).toBe('pending');
    expect((await ask('DELETE', '/domain/pairing-code')).status).toBe(204);
    expect((await settings()).pairingCode).toBeNull();
    expect(await pairing(null)).toBe('pending');
  });

  test('[D7] a new one leaves the old one good for as many days as was said, at most 7', async () => {
    const old = await newCode();
    const code = await newCode(2);
    expect(await settings()).toMatchObject({
      pairingCode: code,
      previousCodeUntil: new Date(harness.now + 2 * DAY_MS).toISOString(),
    });
    expect([await pairing(old), await pairing(code)]).toEqual(['pending', 'pending']);
    harness.now += 2 * DAY_MS;
    expect([await pairing(old), await pairing(code)]).toEqual(['pairing-code-wrong', 'pending']);
    expect((await settings()).previousCodeUntil).toBeNull();
    expect((await ask('POST', '/domain/pairing-code', { previousDays: 8 })).status).toBe(400);
    const next = await newCode(0);
    expect([await pairing(code), await pairing(next)]).toEqual(['pairing-code-wrong', 'pending']);
  });

  test.skipIf(isOnPostgres)('[D7] is in no log, no audit row, and nowhere in the database', async () => {
    const code = await newCode();
    for (const text of [code, code.replace('-', '')]) {
      expect(harness.log.join('\n')).not.toContain(text);
      expect(JSON.stringify(await auditOf())).not.toContain(text);
      expect(JSON.stringify(await harness.store.reader.all('SELECT *, hex(pairing_sealed) FROM domains'))).not.toContain(text);
    }
    expect((await auditOf()).at(-1)).toMatchObject({ action: 'domain.enrolment-policy', actor: `admin@${domain.name}` });
  });

  test('[D7] [D6] is seen and set by admins only', async () => {
    await newCode();
    await harness.become(domain, { role: 'user', billing: true });
    for (const [method, path] of [
      ['GET', '/domain'],
      ['PATCH', '/domain'],
      ['POST', '/domain/pairing-code'],
      ['DELETE', '/domain/pairing-code'],
      ['POST', '/domain/close'],
      ['DELETE', '/domain/close'],
    ] as const)
      expect((await ask(method, path, method === 'GET' ? undefined : {})).json).toMatchObject({ code: 'forbidden' });
  });
});

describe('[E6] unlisted boards', () => {
  test('[E6] the setting says what it would do: how many waiting boards would enrol', async () => {
    expect(await settings()).toMatchObject({ unlisted: 'approve', wouldEnrol: 0 });
    await harness.enrol(domain, `w1 ${domain.name}`);
    const key = 'a'.repeat(64);
    await harness.enrol(domain, `w2 ${domain.name}`, key);
    expect((await settings()).wouldEnrol).toBe(2);
    expect((await ask('PATCH', '/domain', { unlisted: 'accept' })).json).toMatchObject({ unlisted: 'accept' });
    expect((await harness.enrol(domain, `w2 ${domain.name}`, key)).outcome).toBe('accepted');
    expect((await settings()).wouldEnrol).toBe(1);
    // No board keeps a pairing code, so those that wait would be asked for it.
    await newCode();
    expect((await settings()).wouldEnrol).toBe(0);
  });
});

describe('[A3] settings', () => {
  test('[A3] are changed one by one; the audit row holds before and after of what changed', async () => {
    const answer = await ask('PATCH', '/domain', { organization: 'Springfield Schools', phone: '+1 555 0100', language: 'fr' });
    expect(answer.json).toMatchObject({ organization: 'Springfield Schools', phone: '+1 555 0100', language: 'fr' });
    await ask('PATCH', '/domain', { phone: '+1 555 0100' });
    const changes = (await auditOf()).filter(({ action }) => action === 'domain.changed');
    expect(changes.map(({ details }) => JSON.parse(details) as unknown)).toEqual([
      {
        before: { organization: `${domain.name} schools`, phone: '', language: 'en' },
        after: { organization: 'Springfield Schools', phone: '+1 555 0100', language: 'fr' },
      },
    ]);
    for (const body of [{ organization: '' }, { phone: 'a\u202eb' }, { language: 'de' }, { email: 'nobody' }])
      expect((await ask('PATCH', '/domain', body)).status).toBe(400);
  });

  test('another e-mail asks for the password', async () => {
    const change = async (password?: string) =>
      ask('PATCH', '/domain', { email: 'New@Example.org', ...(password === undefined ? {} : { password }) });
    expect((await change()).json).toMatchObject({ code: 'password-wrong' });
    expect((await change('not it at all')).json).toMatchObject({ code: 'password-wrong' });
    expect((await settings()).email).toBe(`${domain.name}@example.org`);
    expect((await change(PASSWORD)).json).toMatchObject({ email: 'new@example.org' });
    // The same e-mail again changes nothing and asks for nothing.
    expect((await change()).status).toBe(200);
  });
});

describe('[D8] closing', () => {
  const close = async (about: { name?: string; password?: string } = {}) =>
    ask('POST', '/domain/close', { name: domain.name, password: PASSWORD, ...about });

  test('[D8] asks for the name and the password, takes effect after 7 days, and tells every domain admin by mail', async () => {
    expect((await close({ name: 'springfeld' })).json).toMatchObject({ code: 'name-not-typed' });
    expect((await close({ password: 'not it at all' })).json).toMatchObject({ code: 'password-wrong' });
    expect(await mails()).toEqual([]);
    const closingAt = new Date(harness.now + 7 * DAY_MS).toISOString();
    expect((await close()).json).toEqual({ closingAt });
    expect((await close()).json).toMatchObject({ code: 'conflict' });
    expect((await settings()).closingAt).toBe(closingAt);
    expect((await ask('GET', '/session')).json).toMatchObject({ domain: { closingAt } });
    expect(await mails()).toEqual([
      {
        recipient: `${domain.name}@example.org`,
        template: 'domain-closing',
        data: JSON.stringify({ name: domain.name, closesAt: harness.now + 7 * DAY_MS, askedBy: `admin@${domain.name}` }),
      },
    ]);
  });

  test('[D8] can be withdrawn until then, by a domain admin; an admin can do neither', async () => {
    await close();
    await harness.become(domain, { role: 'admin' });
    expect((await ask('DELETE', '/domain/close')).json).toMatchObject({ code: 'forbidden' });
    expect((await close()).json).toMatchObject({ code: 'forbidden' });
    await harness.become(domain, { role: 'domain-admin' });
    harness.now += 7 * DAY_MS - 1;
    expect((await ask('DELETE', '/domain/close')).status).toBe(204);
    expect((await ask('DELETE', '/domain/close')).json).toMatchObject({ code: 'conflict' });
    expect((await settings()).closingAt).toBeNull();
    harness.now += 1;
    expect((await ask('GET', '/session')).status).toBe(200);
    expect((await auditOf()).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['domain.closing', 'domain.closing-withdrawn']),
    );
  });

  test('[D8] [D6] from that moment on nobody signs in, no key opens anything, and to boards the domain is unknown', async () => {
    const made = await ask('POST', '/api-keys', { name: 'k', scopes: ['devices:read'] });
    const authorization = `Bearer ${(made.json as { secret: string }).secret}`;
    const byKey = async () => (await harness.app.inject({ url: '/api/v1/devices', headers: { authorization } })).statusCode;
    await close();
    expect(await byKey()).toBe(200);
    harness.now += 7 * DAY_MS;
    expect((await ask('GET', '/session')).status).toBe(401);
    await expect(harness.signIn(`admin@${domain.name}`)).rejects.toMatchObject({ code: 'sign-in-failed' });
    await expect(harness.signIn(`${domain.name}@example.org`)).rejects.toMatchObject({ code: 'sign-in-failed' });
    expect(await byKey()).toBe(401);
    await expect(harness.enrol(domain, 'late')).rejects.toThrow('domain-unknown');
  });
});
