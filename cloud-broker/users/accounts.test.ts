import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getMigrations } from 'better-auth/db/migration';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createSecrets } from '../keys/secrets.ts';
import { openStore } from '../service/store.ts';
import type { Store } from '../store/port.ts';
import { signInLibrary, type SignInLibrary } from '../identity/library.ts';
import { Accounts } from './accounts.ts';
import { domainRealm } from './realm.ts';

const SECRET = 'a secret for tests, long enough for anyone';
const PASSWORD = 'correct horse battery';

let folder: string;
let store: Store;
let accounts: Accounts;
let library: SignInLibrary;
const now = Date.UTC(2026, 0, 5);
let visitor = 0;

const fail = (reason: unknown): never => {
  throw new Error(String(reason));
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-accounts-'));
  store = await openStore({ folder, onInternalError: fail, onFatal: fail });
  accounts = accountsAt('http://127.0.0.1:8080');
  await domain('springfield', 'homer@example.org');
});

function accountsAt(publicUrl: string): Accounts {
  library = signInLibrary(domainRealm, { store, secret: SECRET, publicUrl, log: fail });
  return new Accounts({
    library: async () => library,
    store,
    publicUrl,
    secrets: createSecrets(randomBytes(32)),
    clock: () => now,
    random: randomBytes,
    log: fail,
  });
}

afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

async function domain(name: string, email: string, activate = true): Promise<void> {
  const owner = await accounts.signUps.firstUser({ domain: name, email, password: PASSWORD, language: 'en' });
  const about = { organization: name, contactName: '', phone: '', email, owner };
  await store.write('createDomain', { now, name, ...about, ...(activate ? { activatedBy: 'operator' } : {}) });
}

/** Each try from an address of its own, so that the limits of one test do not touch another. */
async function signIn(user: string, password: string, address = `10.0.${(visitor += 1) >> 8}.${visitor & 255}`) {
  return accounts.signIn({ user, password, address, userAgent: 'test' });
}

const cookieOf = (lines: string[]): string => (lines[0] ?? '').split(';')[0] ?? '';

test('the sign-in library finds nothing missing in our migrated database', async () => {
  const { toBeCreated, toBeAdded, unsafeChanges } = await getMigrations(library.options, { throwOnUnsafe: false });
  expect({ toBeCreated, toBeAdded, unsafeChanges }).toEqual({ toBeCreated: [], toBeAdded: [], unsafeChanges: [] });
});

describe('[D6] signing in', () => {
  test('[D6] by name@domain, and the session tells who it is', async () => {
    const { principal, cookies } = await signIn(' Admin@Springfield ', PASSWORD);
    expect(principal).toMatchObject({
      user: 'admin@springfield',
      email: 'homer@example.org',
      role: 'domain-admin',
      billing: true,
      tags: [],
    });
    expect(cookies).toHaveLength(1);
    expect(await accounts.sessionOf({ cookie: cookieOf(cookies) })).toEqual({
      ...principal,
      sessionId: expect.any(String) as unknown,
    });
  });

  test('[D6] by e-mail where exactly one user has it; with two the name is needed', async () => {
    expect((await signIn('HOMER@example.org', PASSWORD)).principal.user).toBe('admin@springfield');
    await domain('shelbyville', 'shared@example.org');
    await domain('ogdenville', 'Shared@Example.org');
    await expect(signIn('shared@example.org', PASSWORD)).rejects.toMatchObject({ code: 'sign-in-failed' });
    expect((await signIn('admin@ogdenville', PASSWORD)).principal.email).toBe('shared@example.org');
  });

  test('[D6] a domain that never confirmed takes no e-mail from its owner, and nobody signs in there', async () => {
    await domain('northhaverbrook', 'homer@example.org', false);
    await expect(signIn('admin@northhaverbrook', PASSWORD)).rejects.toMatchObject({ code: 'sign-in-failed' });
    expect((await signIn('homer@example.org', PASSWORD)).principal.user).toBe('admin@springfield');
  });

  test('[D6] unknown user, unknown domain and wrong password: one answer', async () => {
    const tries = [
      'nobody@springfield',
      'admin@nowhere',
      'x@example.org',
      'admin@springfield',
      'admin',
      '@',
      'a"b@springfield',
      '%@springfield',
    ];
    const answers = await Promise.allSettled(tries.map((user) => signIn(user, 'not the password')));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'sign-in-failed', details: undefined } });
    }
  });

  test('[D6] an unknown user costs the work of a wrong password: one hash each', async () => {
    const context = await library.$context;
    const work = [vi.spyOn(context.password, 'hash'), vi.spyOn(context.password, 'verify')];
    for (const user of ['admin@springfield', 'nobody@springfield', '"@@"']) {
      for (const spy of work) spy.mockClear();
      await expect(signIn(user, 'not the password')).rejects.toMatchObject({ code: 'sign-in-failed' });
      expect(
        work.reduce((calls, spy) => calls + spy.mock.calls.length, 0),
        user,
      ).toBe(1);
    }
    for (const spy of work) spy.mockRestore();
  });
});

test('[D6] the library signs nobody in by itself: limits and second factor are on the one way in', async () => {
  const own = library.api.signInEmail({ body: { email: 'admin@springfield.rollcall.invalid', password: PASSWORD } });
  await expect(own).rejects.toThrow('Email and password is not enabled');
});

describe('[D6] limits', () => {
  test('[D6] (user, address) is limited; the same user from elsewhere is not locked out', async () => {
    const tries = Array.from({ length: 12 }, async () => signIn('admin@springfield', 'guess number one', '203.0.113.9'));
    const codes = (await Promise.allSettled(tries)).map((answer) =>
      answer.status === 'rejected' ? (answer.reason as { code: string }).code : 'in',
    );
    expect(codes.filter((code) => code === 'sign-in-failed')).toHaveLength(10);
    expect(codes.filter((code) => code === 'busy')).toHaveLength(2);
    expect((await signIn('admin@springfield', PASSWORD, '203.0.113.10')).principal.user).toBe('admin@springfield');
  });

  test('[D6] an address that tries many users is limited, a whole /64 counting as one', async () => {
    const tries = Array.from({ length: 70 }, async (_, n) => signIn(`user${n}@nowhere`, 'guess number one', `2001:db8::${n}`));
    const codes = (await Promise.allSettled(tries)).map((answer) =>
      answer.status === 'rejected' ? (answer.reason as { code: string }).code : 'in',
    );
    expect(codes.filter((code) => code === 'busy').length).toBeGreaterThanOrEqual(10);
    await expect(signIn('admin@springfield', PASSWORD, '2001:db8::ffff')).rejects.toMatchObject({ code: 'busy' });
    expect((await signIn('admin@springfield', PASSWORD, '2001:db8:1::1')).principal.user).toBe('admin@springfield');
  });
});

describe('sessions', () => {
  test('[A5] the cookie is HttpOnly and Lax; with an https public URL also Secure and __Host-', async () => {
    const { cookies } = await signIn('admin@springfield', PASSWORD);
    expect(cookies[0]).toMatch(/^rollcall-session=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/);
    const secure = accountsAt('https://rollcall.example');
    const { cookies: secureCookies } = await secure.signIn({
      user: 'admin@springfield',
      password: PASSWORD,
      address: '192.0.2.77',
      userAgent: undefined,
    });
    expect(secureCookies[0]).toMatch(/^__Host-rollcall-session=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  });

  test('signing out ends the session, not only the cookie', async () => {
    const { cookies } = await signIn('admin@springfield', PASSWORD);
    const cookie = cookieOf(cookies);
    expect((await accounts.signOut({ cookie }))[0]).toContain('Max-Age=0');
    expect(await accounts.sessionOf({ cookie })).toBeNull();
    await accounts.signOut({});
  });

  test('a cookie that we did not sign is nobody', async () => {
    const { cookies } = await signIn('admin@springfield', PASSWORD);
    const cookie = cookieOf(cookies);
    const forged = [cookie.slice(0, -6), `${cookie}x`, 'rollcall-session=', 'rollcall-session=%', `x=1; rollcall-session=a.b`];
    for (const attempt of forged) expect(await accounts.sessionOf({ cookie: attempt })).toBeNull();
  });
});

describe('the first user', () => {
  const made = async (password: string, email = 'a@example.org') =>
    accounts.signUps.firstUser({ domain: 'brockway', email, password, language: 'en' });

  test('[D1] passwords have 10 to 256 characters', async () => {
    for (const password of ['123456789', `${'x1'.repeat(128)}y`])
      await expect(made(password)).rejects.toMatchObject({ code: 'invalid-request', details: { field: 'password' } });
    expect(await made('ten chars!')).toMatchObject({ login: 'admin@brockway.rollcall.invalid', role: 'domain-admin' });
    expect((await made(`${'correct horse battery '.repeat(11)}stapleeeee5678`)).passwordHash).not.toContain('horse');
    await expect(made('ten chars!', 'no e-mail')).rejects.toMatchObject({ code: 'invalid-request', details: { field: 'email' } });
  });
});
