/** The built service, and which of sources and build the launcher runs. */
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TestAdmin } from '../support/api-client.ts';
import { packageService } from '../support/packaged.ts';
import { childEnvironment, ROOT, TestProcess } from '../support/process.ts';
import { TestService } from '../support/service.ts';
import { temporaryFolder } from '../support/store.ts';

const PASSWORD = 'correct horse 7 battery';

/** Where nothing else of the project is: neither sources nor node_modules. */
test('the built service needs nothing but itself', async () => {
  const cli = await packageService(await temporaryFolder());
  const config = join(await temporaryFolder(), 'rollcall.yaml');
  await writeFile(config, 'ROLLCALL_HEARTBEAT_S: 30 # seconds\n');
  const service = await TestService.start({ cli, environment: { ROLLCALL_CONFIG: config } });
  const run = async (...args: string[]): Promise<unknown> => (await service.command(...args)).json;
  const about = ['--email', 'a@springfield.example', '--password', PASSWORD];
  expect(await run('domain', 'create', 'springfield', ...about)).toMatchObject({ name: 'springfield' });
  // The sign-in library is loaded by the first who signs in, the mailer by the first mail.
  const admin = await TestAdmin.signedIn(service.http, 'admin@springfield', PASSWORD);
  expect(await admin.devices()).toEqual([]);
  expect(await run('key', 'issue', '--credits', '5', '--email', 'b@shelbyville.example')).toMatchObject({ credits: 5 });
  expect(await service.log.until(({ msg }) => msg === 'a mail was kept in the outbox folder')).toBeDefined();
  // Files that packages read.
  const answer = async (origin: string, path: string): Promise<string> => {
    const got = await fetch(`${origin}${path}`, { headers: { accept: 'text/html' } });
    expect([path, got.status]).toEqual([path, 200]);
    return got.text();
  };
  for (const path of ['/', '/api/docs/', '/api/docs/static/swagger-ui.css'])
    expect(await answer(service.http, path)).not.toBe('');
  const sources = await TestService.start();
  for (const path of ['/api/openapi.json', '/api/docs/yaml'])
    expect(await answer(service.http, path)).toBe(await answer(sources.http, path));
  // Its other programs: the displays of `simulate`, the threads of backup and of proving the books.
  const simulated = await service.command('simulate', '--domain', 'springfield', '--boards', '2', '--ramp', '0');
  expect([simulated.json, simulated.stderr]).toMatchObject([{ boards: 2, unanswered: 0 }, expect.any(String)]);
  expect(await run('backup', join(service.folder, 'all.backup'))).toMatchObject({ verified: true });
  expect(await run('ledger', 'verify')).toMatchObject({ ok: true });
  expect(await service.stop()).toBe(0);
  expect(await run('domain', 'list')).toMatchObject({ items: [{ name: 'springfield' }] });
  const recorded = await readFile(join(dirname(cli), '..', 'dist', 'service', 'cloud-broker-cli-main.js.sources.json'), 'utf8');
  const programs = [
    'cloud-broker/cli/main.ts',
    'cloud-broker/service/writer-thread.ts',
    'cloud-broker/store/sqlite/reader.ts',
    'agent/simulation/worker.ts',
  ];
  expect(Object.keys(JSON.parse(recorded) as object)).toEqual(expect.arrayContaining(['package-lock.json', ...programs]));
});

test('the launcher runs a build only as long as its sources are those that it was made from', async () => {
  const folder = await temporaryFolder();
  const [source, built] = [join(folder, 'command.cjs'), join(folder, 'dist', 'built.cjs')];
  await cp(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
  await mkdir(join(folder, 'dist'));
  await writeFile(source, `console.log('source')`);
  await writeFile(built, `console.log('built')`);
  await writeFile(join(folder, 'start.cjs'), `require('./bin/pinned-node.cjs').run('command.cjs', 'dist/built.cjs')`);
  const says = async (): Promise<string> => {
    const child = new TestProcess(process.execPath, [join(folder, 'start.cjs')], { env: childEnvironment({}) });
    onTestFinished(() => child.killGroup());
    const { stdout, stderr } = await child.ended;
    return stdout.trim() + stderr;
  };
  expect(await says(), 'a build of nobody knows what').toBe('source');
  const { mtimeMs, size } = await stat(source);
  await writeFile(`${built}.sources.json`, JSON.stringify({ 'command.cjs': [mtimeMs, size] }));
  expect(await says(), 'made from these sources').toBe('built');
  await writeFile(source, `console.log('change')`);
  expect(await says(), 'one of them changed').toBe('change');
  await rm(source);
  expect(await says(), 'without sources').toBe('built');
});
