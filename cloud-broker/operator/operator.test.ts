import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHarness, PASSWORD, type Harness } from '../service/testing/harness.ts';
import { operatorOverSocket } from '../service/testing/over-socket.ts';
import type { Operator, RegisterLine } from './operator.ts';

let harness: Harness;
let remote: Operator;

beforeAll(async () => {
  harness = await openHarness();
  remote = await operatorOverSocket(harness);
});

afterAll(async () => harness.close());

const about = (name: string) => ({ name, email: `${name}@example.org`, password: PASSWORD });
const line = (n: number, serial: string, credits = 365): RegisterLine => ({
  line: n,
  values: { serial, model: 'MX-65', credits, fulfilment: 'on-enrolment' },
});

/** The same on this process's store and through the socket. */
describe.each(['local', 'remote'] as const)('the operator, %s', (kind) => {
  const operator = (): Operator => (kind === 'local' ? harness.operator : remote);
  const name = (text: string): string => `${kind}${text}`;

  test('makes an activated domain, whose user can sign in at once', async () => {
    const made = await operator().createDomain({ ...about(name('a')), organization: 'Springfield schools' });
    expect(made).toEqual({
      name: name('a'),
      status: 'trial',
      trialEndsAt: new Date(harness.now + 30 * 86_400_000).toISOString(),
      user: `admin@${name('a')}`,
    });
    expect(await harness.signIn(made.user)).toContain('rollcall-session=');
    await expect(operator().createDomain(about(name('a')))).rejects.toMatchObject({ code: 'name-taken' });
    await expect(operator().createDomain(about('Not A Name'))).rejects.toMatchObject({ code: 'name-invalid' });
    await expect(operator().createDomain({ ...about(name('short')), password: '123456789' })).rejects.toMatchObject({
      code: 'invalid-request',
      details: { field: 'password', least: 10, most: 256 },
    });
  });

  test('[D1] makes a domain whole or not at all: domain, first user and activation are one write', async () => {
    const wanted = about(name('whole'));
    const { email } = wanted;
    const owner = await harness.accounts.signUps.firstUser({ domain: wanted.name, email, password: PASSWORD, language: 'en' });
    const base = { now: harness.now, organization: '', contactName: '', phone: '', email, activatedBy: 'operator' };
    // Its first user cannot be stored: the login address is another domain's.
    const taken = await harness.domain(name('other'));
    const clash = { ...owner, login: owner.login.replace(wanted.name, taken.name) };
    await expect(harness.store.write('createDomain', { ...base, name: wanted.name, owner: clash })).rejects.toMatchObject({
      code: 'internal',
    });
    await expect(operator().showDomain(wanted.name)).rejects.toMatchObject({ code: 'not-found' });
    expect(await harness.signIn((await operator().createDomain(wanted)).user)).toContain('rollcall-session=');
  });

  test('shows and lists domains', async () => {
    await operator().createDomain(about(name('shown')));
    expect(await operator().showDomain(name('SHOWN'))).toMatchObject({
      name: name('shown'),
      status: 'trial',
      balance: 0,
      devices: 0,
      unlisted: 'approve',
      pairing: false,
    });
    await expect(operator().showDomain('nosuch')).rejects.toMatchObject({ code: 'not-found' });
    const names: string[] = [];
    let page = await operator().listDomains({ limit: 2 });
    while (page.nextCursor !== null) {
      names.push(...page.items.map((domain) => domain.name));
      page = await operator().listDomains({ cursor: page.nextCursor, limit: 2 });
    }
    names.push(...page.items.map((domain) => domain.name));
    expect(names).toHaveLength(page.total);
    expect(names).toEqual([...new Set(names)].toSorted());
    expect(names).toContain(name('shown'));
  });

  test('[D7] makes a pairing code, shown once and stored only hashed and sealed', async () => {
    await operator().createDomain(about(name('pairing')));
    const policy = await operator().setEnrolment(name('pairing'), { pairingCode: 'new', unlisted: 'accept' });
    expect(policy).toEqual({
      name: name('pairing'),
      unlisted: 'accept',
      pairing: true,
      pairingCode: expect.stringMatching(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/) as unknown,
      unprovenLimit: 500,
    });
    const again = await operator().setEnrolment(name('pairing'), { previousDays: 7, pairingCode: 'new' });
    expect(again.pairingCode).not.toBe(policy.pairingCode);
    const row = await harness.store.reader.get<Record<string, unknown>>('SELECT * FROM domains WHERE name = ?', name('pairing'));
    expect(row).toMatchObject({
      pairing_previous_until: harness.now + 7 * 86_400_000,
      pairing_hash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    });
    const stored =
      JSON.stringify(await harness.store.reader.all('SELECT * FROM audit')) + JSON.stringify(row) + harness.log.join('');
    for (const code of [policy.pairingCode ?? '', again.pairingCode ?? '']) expect(stored).not.toContain(code);
    expect(await operator().setEnrolment(name('pairing'), { pairingCode: 'none' })).toMatchObject({
      pairing: false,
      pairingCode: null,
      unlisted: 'accept',
    });
    await expect(operator().setEnrolment(name('pairing'), { previousDays: 8 })).rejects.toMatchObject({
      code: 'invalid-request',
    });
  });

  test('[E14] sets how many unproven grants a domain may get in a day, and says so in its audit log', async () => {
    await operator().createDomain(about(name('limit')));
    expect(await operator().setEnrolment(name('limit'), { unprovenLimit: 0 })).toMatchObject({
      unprovenLimit: 0,
      unlisted: 'approve',
    });
    expect(await operator().setEnrolment(name('limit'), { unlisted: 'accept' })).toMatchObject({ unprovenLimit: 0 });
    for (const unprovenLimit of [-1, 0.5, Number.NaN, 1_000_001])
      await expect(operator().setEnrolment(name('limit'), { unprovenLimit })).rejects.toMatchObject({ code: 'invalid-request' });
    const rows = await harness.store.reader.all<{ details: string }>(
      "SELECT details FROM audit WHERE action = 'domain.enrolment-policy'",
    );
    expect(rows.some(({ details }) => details.includes('"unprovenLimit":{"from":500,"to":0}'))).toBe(true);
  });

  test('[K2] imports any number of lines, with verdicts; repeating changes nothing', async () => {
    const lines = Array.from({ length: 2300 }, (_, n) => line(n + 1, `${kind}-${n}`));
    lines[1500] = { line: 1501, values: { serial: '' } };
    const first = await operator().importLines(lines);
    expect(first).toMatchObject({ added: 2299, changed: 0, unchanged: 0, rejected: [{ line: 1501 }] });
    expect(await operator().importLines(lines)).toMatchObject({ added: 0, changed: 0, unchanged: 2299 });
    expect(await operator().importLines([])).toEqual({ added: 0, changed: 0, unchanged: 0, rejected: [] });
  });

  test('[K2] rejects every line of a serial that stands there twice with other data, however far apart', async () => {
    const lines = Array.from({ length: 1200 }, (_, n) => line(n + 1, `${kind}-twice-${n % 1199}`, n === 1199 ? 7 : 365));
    const report = await operator().importLines(lines);
    expect(report).toMatchObject({ added: 1198, changed: 0, rejected: [{ line: 1 }, { line: 1200 }] });
    await expect(operator().showBoard(`${kind}-twice-0`)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('shows a board, whatever its serial, and the history that its enrolment made', async () => {
    const serial = `${kind}/5 %2F ?#&`;
    await operator().importLines([line(1, serial, 1095)]);
    expect(await operator().showBoard(serial)).toMatchObject({
      serial,
      credits: 1095,
      left: 1095,
      grants: 0,
      factoryKey: false,
      enrolledIn: null,
    });
    const domain = await harness.domain(name('board'));
    const { deviceId } = await harness.enrol(domain, serial);
    expect(await operator().showBoard(serial.toUpperCase())).toMatchObject({
      left: 0,
      grants: 1,
      enrolledIn: { domain: name('board'), deviceId },
    });
    const { items, total } = await operator().history(name('board'), {});
    expect([total, items]).toMatchObject([
      1,
      [{ n: 1, kind: 'enrolment', credits: 1095, balanceAfter: 1095, device: deviceId, serial, actor: `device:${deviceId}` }],
    ]);
    await expect(operator().showBoard('no such board')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('[K4] issues the claim code of an invoice, the same one each time', async () => {
    const invoice = `INV/${kind} 7`;
    const values = {
      serial: `${kind}-claim`,
      model: 'MX-65',
      credits: 365,
      fulfilment: 'product-key',
      invoice,
      purchasedOn: '2026-01-04',
    };
    await operator().importLines([{ line: 1, values }]);
    const issued = await operator().issueClaim(invoice);
    expect(issued).toMatchObject({ invoice, validUntil: '2027-01-04T23:59:59.999Z', expired: false });
    expect(await operator().issueClaim(invoice)).toEqual(issued);
    await expect(operator().issueClaim('no such invoice')).rejects.toMatchObject({ code: 'not-found' });
  });

  test.each([
    ['2025-01-05', '2026-01-05T23:59:59.999Z', false],
    ['2025-01-04', '2026-01-04T23:59:59.999Z', true],
  ])('[K4] says of a code bought on %s whether it can still be claimed', async (purchasedOn, validUntil, expired) => {
    const invoice = `OLD ${kind} ${purchasedOn}`;
    const values = { serial: invoice, model: 'MX-65', credits: 365, fulfilment: 'product-key', invoice, purchasedOn };
    await operator().importLines([{ line: 1, values }]);
    expect(await operator().issueClaim(invoice)).toMatchObject({ validUntil, expired });
  });

  test('asks for the proof of the books', async () => {
    expect(await operator().verifyLedger()).toEqual({ ok: true, domains: 0, transfers: 0, sum: 0 });
  });
});
