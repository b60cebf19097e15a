import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { closeDueDomains, closesAt } from '../closing.ts';
import {
  answerTo,
  balanceOf,
  CHANGE,
  contentOf,
  DAY_MS,
  enrolled,
  listBoards,
  openTestStore,
  START,
  temporaryFolder,
  testDomain,
  testStore,
  waiting,
  type TestStore,
} from '../../../test/support/store.ts';
import { verifyLedger } from '../../ledger/verify-books.ts';
import type { Store } from '../../store/port.ts';

const CHILD = fileURLToPath(new URL('../../../test/support/closing-child.ts', import.meta.url));
/** Some days after it took effect: when the job runs makes no difference. */
const LATE = closesAt(START) + 3 * DAY_MS + 5;

const scalar = async (store: Store, text: string): Promise<number> =>
  (await store.reader.get<{ n: number }>(`SELECT count(*) AS n FROM ${text}`))?.n ?? -1;

/** Springfield with all that closing ends, and shelbyville with the same, which stays. */
async function lived(store: Store, devices: number): Promise<{ domainId: number; other: number }> {
  const domainId = await testDomain(store, 'springfield');
  const other = await testDomain(store, 'shelbyville');
  await listBoards(store, [
    ...Array.from({ length: devices }, (_, n) => ({ serial: `SN-${n}`, credits: 10 })),
    { serial: 'OTHER-1', credits: 10 },
  ]);
  await Promise.all(Array.from({ length: devices }, async (_, n) => enrolled(store, { serial: `SN-${n}` })));
  await enrolled(store, { serial: 'OTHER-1', domain: 'shelbyville' });
  for (const domain of ['springfield', 'shelbyville']) {
    const id = domain === 'springfield' ? domainId : other;
    const asked = { ...CHANGE, now: START, domainId: id };
    await waiting(store, { serial: `W-${domain}`, domain });
    const turnedAway = await waiting(store, { serial: `B-${domain}`, domain });
    await store.write('reject', { ...asked, id: turnedAway, block: true });
    await store.write('createApiKey', { ...asked, name: 'k', scopes: ['billing'], hash: `hash of ${domain}` });
    const webhook = { url: 'https://hooks.example.org/', types: ['device' as const], description: '', secret: Buffer.from('s') };
    await store.write('createWebhook', { ...asked, ...webhook, id: `wh-${domain}` });
    await addUser(store, id, `admin@${domain}`);
  }
  return { domainId, other };
}

async function addUser(store: Store, domainId: number, name: string): Promise<void> {
  const at = new Date(START).toISOString();
  const user = { text: '', parameters: [] as (string | number)[] };
  user.text = `INSERT INTO auth_user ("id", "name", "email", "emailVerified", "createdAt", "updatedAt", "contactEmail", "domainId", "role", "billing", "tags", "language")
    VALUES (?, 'Ada', ?, 1, ?, ?, ?, ?, 'domain-admin', 1, '[]', 'fr') RETURNING 1`;
  user.parameters = [`id ${name}`, `${name}.rollcall.invalid`, at, at, `${name}.example`, domainId];
  await store.write('accountStatement', user);
  await store.write('accountStatement', {
    text: `INSERT INTO auth_session ("id", "expiresAt", "token", "createdAt", "updatedAt", "userId") VALUES (?, ?, ?, ?, ?, ?) RETURNING 1`,
    parameters: [`session ${name}`, at, `token ${name}`, at, at, `id ${name}`],
  });
}

const askClosing = async (store: Store, domainId: number): Promise<void> =>
  store.write('askClosing', { ...CHANGE, now: START, domainId, name: 'springfield', closesAt: closesAt(START) });

/** All that is left of springfield; ids, times of the job and random texts left out. */
async function leftOf(store: Store, domainId: number): Promise<unknown> {
  const { reader } = store;
  return {
    domain: await reader.get(
      'SELECT name, activated_at, closing_at, closed_at, pairing_hash FROM domains WHERE id = ?',
      domainId,
    ),
    devices: await reader.all(
      'SELECT state, unenrolled_at, count(*) AS n FROM devices WHERE domain_id = ? GROUP BY 1, 2',
      domainId,
    ),
    spans: await reader.all('SELECT to_at, count(*) AS n FROM enrolment_spans WHERE domain_id = ? GROUP BY 1', domainId),
    transfers: await reader.all(
      "SELECT n, credit, credits, idempotency_key FROM transfers WHERE domain_id = ? AND debit = 'domain'",
      domainId,
    ),
    closed: await reader.all("SELECT actor, details FROM audit WHERE domain_id = ? AND action = 'domain.closed'", domainId),
    unenrolled: await reader.all(
      "SELECT count(*) AS n FROM audit WHERE domain_id = ? AND action = 'device.unenrolled'",
      domainId,
    ),
  };
}

/** E14: of boards without a factory key 500 bring their credits in a day. */
const granted = (devices: number): number => Math.min(devices, 500);

const expected = (devices: number, now: number): unknown => ({
  domain: { name: 'springfield', activated_at: START, closing_at: closesAt(START), closed_at: now, pairing_hash: null },
  devices: [{ state: 'unenrolled', unenrolled_at: closesAt(START), n: devices }],
  spans: [{ to_at: closesAt(START), n: devices }],
  transfers: [
    {
      n: granted(devices) + 1,
      credit: 'vendor:forfeited',
      credits: granted(devices) * 10,
      idempotency_key: 'closing:springfield',
    },
  ],
  closed: [{ actor: 'system', details: JSON.stringify({ forfeited: granted(devices) * 10 }) }],
  unenrolled: [{ n: devices }],
});

test('[D8] when its time has come everything of the domain ends, from that moment, and nothing of another domain', async () => {
  const store = await testStore();
  const { domainId, other } = await lived(store, 7);
  await askClosing(store, domainId);
  const before = await contentOf(store);
  await closeDueDomains(store, closesAt(START) - 1);
  expect(await contentOf(store)).toEqual(before);

  const revoked: string[] = [];
  store.onCommitted({ revoked: (devices) => revoked.push(...devices.map(({ deviceId }) => deviceId)) });
  await closeDueDomains(store, LATE);
  expect(await leftOf(store, domainId)).toEqual(expected(7, LATE));
  expect(new Set(revoked).size).toBe(7);
  for (const [rows, left] of [
    ['certificates WHERE revoked_at IS NULL', 1],
    ["devices WHERE state = 'pending'", 1],
    ['blocks', 1],
    ['auth_session', 1],
    ['api_keys WHERE revoked_at IS NULL', 1],
    ['webhooks', 1],
    [`devices WHERE domain_id = ${other} AND state = 'enrolled'`, 1],
  ] as const)
    expect([rows, await scalar(store, rows)]).toEqual([rows, left]);
  expect([await balanceOf(store, 'springfield'), await balanceOf(store, 'shelbyville')]).toEqual([0, 10]);
  expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true, sum: 0 });

  const after = await contentOf(store);
  await closeDueDomains(store, LATE + DAY_MS);
  expect(await contentOf(store)).toEqual(after);
});

test('[D8] to its devices and to every board the domain is unknown; its name is never free again', async () => {
  const store = await testStore();
  const { domainId } = await lived(store, 2);
  await askClosing(store, domainId);
  const about = { serial: 'SN-1', now: closesAt(START) };
  expect(await answerTo(store, about)).toBe('domain-unknown');
  await closeDueDomains(store, LATE);
  expect(await answerTo(store, { ...about, now: LATE })).toBe('domain-unknown');
  const again = {
    now: LATE + 400 * DAY_MS,
    name: 'springfield',
    email: 'a@example.org',
    organization: 'x',
    contactName: '',
    phone: '',
  };
  await expect(store.write('createDomain', again)).rejects.toMatchObject({ code: 'name-taken' });
});

test('[D8] a domain without credits closes without a transfer', async () => {
  const store = await testStore();
  const domainId = await testDomain(store, 'springfield');
  await askClosing(store, domainId);
  await closeDueDomains(store, LATE);
  expect(await leftOf(store, domainId)).toMatchObject({ domain: { closed_at: LATE }, transfers: [] });
});

test('[D8] 90 days later its personal data is erased; books and audit stay', async () => {
  const store = await testStore();
  const { domainId, other } = await lived(store, 3);
  await askClosing(store, domainId);
  await closeDueDomains(store, closesAt(START));
  await closeDueDomains(store, closesAt(START) + 90 * DAY_MS - 1);
  expect(await scalar(store, `auth_user WHERE "domainId" = ${domainId}`)).toBe(1);
  const kept = async () => [
    (await contentOf(store))['transfers'],
    await store.reader.all("SELECT * FROM audit WHERE action <> 'domain.erased'"),
  ];
  const books = await kept();
  await closeDueDomains(store, closesAt(START) + 90 * DAY_MS);
  expect(await kept()).toEqual(books);
  const everything = JSON.stringify({ ...(await contentOf(store)), audit: [] });
  for (const personal of ['admin@springfield.example', 'session admin@springfield']) expect(everything).not.toContain(personal);
  expect(await store.reader.get('SELECT contact_name, phone, email, organization FROM domains WHERE id = ?', domainId)).toEqual({
    contact_name: '',
    phone: '',
    email: '',
    organization: 'springfield schools',
  });
  expect(await scalar(store, `auth_user WHERE "domainId" = ${other}`)).toBe(1);
  expect(await scalar(store, "audit WHERE action = 'domain.erased'")).toBe(1);
  await closeDueDomains(store, closesAt(START) + 200 * DAY_MS);
  expect(await scalar(store, "audit WHERE action = 'domain.erased'")).toBe(1);
});

/** Runs the job in a process of its own and kills it after some of its commits; how many it printed. */
async function killedInTheMiddle(folder: string, pieces: number): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, folder, String(LATE)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.once('close', (_, signal) => resolve(signal));
  });
  let printed = 0;
  for await (const _ of createInterface({ input: child.stdout })) {
    printed += 1;
    if (printed === pieces) child.kill('SIGKILL');
  }
  expect(await ended).toBe('SIGKILL');
  return printed;
}

test('[D8] killed in the middle it goes on where it stopped: the same end, each device once, one transfer', async () => {
  const devices = 900;
  const folder = await temporaryFolder();
  const before: TestStore = await openTestStore(folder);
  const { domainId } = await lived(before, devices);
  await askClosing(before, domainId);
  await before.close();
  await killedInTheMiddle(folder, 3);
  await killedInTheMiddle(folder, 3);

  const store = await testStore(folder);
  const left = await scalar(store, `devices WHERE domain_id = ${domainId} AND state = 'enrolled'`);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(devices);
  expect(await balanceOf(store, 'springfield')).toBe(granted(devices) * 10);
  await closeDueDomains(store, LATE);
  expect(await leftOf(store, domainId)).toEqual(expected(devices, LATE));
  expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true, sum: 0 });
});
