import { readdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestAdmin } from '../support/api-client.ts';
import { readDatabase } from '../support/database-copy.ts';
import { InProcessStore } from '../support/in-process.ts';
import { linkOf, parseMail, startMailServer, tokenOf, type MailServer } from '../support/mail-server.ts';
import { eventually } from '../support/process.ts';
import { TestService } from '../support/service.ts';
import { DAY_MS, temporaryFolder, testDomain } from '../support/store.ts';

const PASSWORD = 'correct horse 7 battery';
const emailOf = (name: string): string => `owner@${name}.example`;

/** Posts as any program may: with whatever Host header. */
async function post(service: TestService, path: string, body: object, host?: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = { 'content-type': 'application/json', ...(host === undefined ? {} : { host }) };
  const sent = request(`${service.http}/api/v1${path}`, { method: 'POST', headers }, (response) => {
    response.resume().on('end', () => resolve(response.statusCode ?? 0));
  });
  sent.on('error', reject).end(JSON.stringify(body));
  return promise;
}

async function signUp(service: TestService, name: string, language: 'en' | 'fr' = 'en', host?: string): Promise<void> {
  const about = { name, email: emailOf(name), password: PASSWORD, organization: name, contactName: 'Ada', phone: '1', language };
  expect(await post(service, '/signup', about, host)).toBe(201);
}

async function startService(server: MailServer, environment: Record<string, string> = {}): Promise<TestService> {
  const caFile = join(await temporaryFolder(), 'mail-ca.pem');
  await writeFile(caFile, server.ca);
  return TestService.start({ environment: { ROLLCALL_SMTP_URL: server.url, NODE_EXTRA_CA_CERTS: caFile, ...environment } });
}

/** A figure of /metrics. */
async function figure(service: TestService, name: string): Promise<number> {
  const response = await fetch(`${service.http}/metrics`);
  const line = (await response.text()).split('\n').find((text) => text.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? -1);
}

async function allSent(service: TestService, mails: number): Promise<void> {
  const sent = async (): Promise<number> => figure(service, 'rollcall_mails_total{outcome="sent"}');
  await eventually(sent, (count) => count === mails, 'mails sent since the start');
  const waiting = async (): Promise<number> => figure(service, 'rollcall_mails_waiting');
  await eventually(waiting, (count) => count === 0, 'mails that wait');
}

async function outbox(service: TestService): Promise<unknown[]> {
  return readDatabase(service.folder, 'SELECT sent_at IS NOT NULL AS isSent, secret IS NOT NULL AS hasSecret, tries FROM outbox');
}

test('[D2] sign-up by mail over TLS with a user: the link activates, and token and password of the server are nowhere', async () => {
  const user = { name: 'rollcall', password: 'smtp-p:ssw/rd@1' };
  const server = await startMailServer({ security: 'tls', user });
  const service = await startService(server);
  await signUp(service, 'springfield', 'fr');
  const mail = await server.mailTo(emailOf('springfield'));
  expect(mail.subject).toBe('Activez votre domaine springfield');
  expect(mail.from).toBe('"Rollcall" <registration@localhost>');
  expect(linkOf(mail)).toMatch(new RegExp(`^${service.http}/activate#token=[\\w-]{43}$`));
  expect(mail.html).toContain(linkOf(mail));
  await expect(TestAdmin.signedIn(service.http, 'admin@springfield', PASSWORD)).rejects.toThrow('401');
  expect(await post(service, '/activation', { token: tokenOf(mail), password: PASSWORD })).toBe(200);
  await TestAdmin.signedIn(service.http, 'admin@springfield', PASSWORD);
  await allSent(service, 1);
  await service.stop();
  const files = await readdir(service.folder, { recursive: true, withFileTypes: true });
  const kept = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
  );
  for (const text of [service.stderr, ...kept]) {
    expect(text).not.toContain(tokenOf(mail));
    expect(text).not.toContain(user.password);
    expect(text).not.toContain(encodeURIComponent(user.password));
  }
  expect(service.stderr).not.toContain(emailOf('springfield'));
});

test('[D2] kill -9 between commit and send: the mail is sent after the restart, exactly once', async () => {
  const server = await startMailServer();
  const service = await startService(server);
  server.answerRecipient(() => new Promise(() => undefined));
  await signUp(service, 'springfield');
  await eventually(
    () => server.asked.length,
    (asked) => asked === 1,
    'the mail being on its way',
  );
  await service.kill9();
  expect(await outbox(service)).toEqual([{ isSent: 0, hasSecret: 1, tries: 0 }]);
  server.answerRecipient(() => null);
  await service.restart();
  const mail = await server.mailTo(emailOf('springfield'));
  await allSent(service, 1);
  await service.kill9();
  expect(await outbox(service)).toEqual([{ isSent: 1, hasSecret: 0, tries: 1 }]);
  await service.restart();
  await signUp(service, 'shelbyville');
  await server.mailTo(emailOf('shelbyville'));
  expect(server.mails.map(({ recipients }) => recipients[0])).toEqual([emailOf('springfield'), emailOf('shelbyville')]);
  expect(await post(service, '/activation', { token: tokenOf(mail), password: PASSWORD })).toBe(200);
});

test('[D2] kill -9 between the server’s acceptance and the commit of it repeats the mail, recognisable by its Message-ID', async () => {
  const server = await startMailServer();
  const service = await startService(server);
  const arrived = Promise.withResolvers<void>();
  const killed = Promise.withResolvers<null>();
  server.answerMessage(async () => {
    arrived.resolve();
    return killed.promise;
  });
  await signUp(service, 'springfield');
  await arrived.promise;
  await service.kill9();
  killed.resolve(null);
  await service.restart();
  await allSent(service, 1);
  expect(server.mails).toHaveLength(2);
  const [first, second] = server.mails;
  expect(first?.messageId).toMatch(/^<[0-9a-f]{32}@localhost>$/);
  expect(second).toMatchObject({ messageId: first?.messageId, text: first?.text });
});

test('[D3] a trial that ends in less than 7 days is reminded when the service runs, once, also after restarts', async () => {
  const folder = await temporaryFolder();
  const store = new InProcessStore(folder);
  const activatedAt = Date.now() - 23.5 * DAY_MS;
  await testDomain(store, 'springfield', activatedAt);
  await store.close();
  const server = await startMailServer();
  const service = await TestService.start({ folder, environment: { ROLLCALL_SMTP_URL: server.url } });
  const mail = await server.mailTo('admin@springfield.example');
  expect(mail.subject).toBe('The trial of springfield ends in 7 days');
  await allSent(service, 1);
  await service.stop();
  await service.restart();
  await signUp(service, 'shelbyville');
  await server.mailTo(emailOf('shelbyville'));
  expect(server.mails).toHaveLength(2);
});

test('[D2] without a mail server the mail is a file, its link is logged and works; it is the public URL’s, whatever Host says', async () => {
  const service = await TestService.start({ environment: { ROLLCALL_PUBLIC_URL: 'http://rollcall.example:8080' } });
  await signUp(service, 'springfield', 'en', 'evil.example');
  const line = await service.log.until(({ msg }) => msg === 'a mail was kept in the outbox folder');
  const [file] = await readdir(join(service.folder, 'outbox'));
  const mail = await parseMail(await readFile(join(service.folder, 'outbox', file ?? ''), 'utf8'));
  expect(linkOf(mail)).toMatch(/^http:\/\/rollcall\.example:8080\/activate#token=/);
  expect(line).toMatchObject({ link: linkOf(mail), file: join(service.folder, 'outbox', file ?? '') });
  expect(mail.from).toContain('registration@rollcall.example');
  expect(mail.raw).not.toContain('evil');
  expect(await post(service, '/activation', { token: tokenOf(mail), password: PASSWORD })).toBe(200);
});

test('a stop does not wait for a mail server that hangs', async () => {
  const server = await startMailServer();
  const service = await startService(server);
  server.answerRecipient(() => new Promise(() => undefined));
  await signUp(service, 'springfield');
  await eventually(
    () => server.asked.length,
    (asked) => asked === 1,
    'the mail being on its way',
  );
  const started = performance.now();
  expect(await service.stop()).toBe(0);
  expect(performance.now() - started).toBeLessThan(60_000);
  expect(await outbox(service)).toEqual([{ isSent: 0, hasSecret: 1, tries: 0 }]);
});
