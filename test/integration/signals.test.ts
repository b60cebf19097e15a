/** What a terminal, a supervisor or a person does to a process that serves, through the launcher of bin/. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { remoteOperator } from '../../cloud-broker/operator/remote.ts';
import { childEnvironment, eventually, ROOT, TestProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/store.ts';

/** The launcher takes itself for an older Node, and starts the pinned one as it does on most machines. */
const OLD_NODE = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } })`;
const PASSWORD = 'correct horse 7 battery';

async function launched(bin: string, args: string[], own: Record<string, string>): Promise<TestProcess> {
  const cwd = await temporaryFolder();
  const launcher = new TestProcess(process.execPath, ['--import', OLD_NODE, join(ROOT, 'bin', bin), ...args], {
    cwd,
    env: childEnvironment(own),
  });
  onTestFinished(() => launcher.killGroup());
  return launcher;
}

/** The launcher with the service below it, and a domain whose head is not signed yet. */
async function serving(): Promise<{ launcher: TestProcess; pid: number; heads(): Promise<string> }> {
  const folder = await temporaryFolder();
  const ports = { ROLLCALL_HTTP_PORT: '0', ROLLCALL_MQTT_PORT: '0', ROLLCALL_MQTT_HOST: '127.0.0.1', ROLLCALL_LOG_LEVEL: 'warn' };
  const launcher = await launched('rollcall.cjs', ['serve', '--json'], { ...ports, ROLLCALL_DATA: folder });
  await eventually(
    () => launcher.stdout,
    (text) => text.includes('\n'),
    'the service listens',
  );
  const operator = remoteOperator(folder);
  await operator.createDomain({ name: 'springfield', email: 'a@springfield.example', password: PASSWORD });
  await operator.adjust('springfield', { credits: 5, reason: 'a test' });
  const heads = async (): Promise<string> => readFile(join(folder, 'ledger-heads.jsonl'), 'utf8').catch(() => '');
  expect(await heads()).toBe('');
  return { launcher, pid: launcher.child.pid ?? 0, heads };
}

/** The processes that this one started. */
const childrenOf = async (pid: number): Promise<number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number);

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test.each([
  ['Ctrl-C, which the whole group hears', 'SIGINT', -1],
  ['the group kill of a supervisor', 'SIGTERM', -1],
  ['a terminal that is closed', 'SIGHUP', -1],
  ['SIGTERM to the launcher alone', 'SIGTERM', 1],
  ['SIGINT to the launcher alone', 'SIGINT', 1],
] as const)('%s: the service ends cleanly, with its last heads signed', async (_what, signal, group) => {
  const { launcher, pid, heads } = await serving();
  process.kill(group * pid, signal);
  const ended = await launcher.ended;
  expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining('did not stop cleanly')]);
  expect(JSON.parse(await heads())).toMatchObject({ domain: 'springfield', n: 1, balance: 5 });
});

test('a launcher that is killed takes its service along, and that ends cleanly', async () => {
  const { pid, heads } = await serving();
  const [service = 0] = await childrenOf(pid);
  process.kill(pid, 'SIGKILL');
  await eventually(
    () => isThere(service),
    (there) => !there,
    'the service is gone',
  );
  expect(await heads()).toContain('"domain":"springfield"');
});

test.each([
  ['Ctrl-C', 'SIGINT', -1],
  ['a group kill', 'SIGTERM', -1],
  ['SIGTERM to the launcher', 'SIGTERM', 1],
] as const)('%s ends the agent cleanly too', async (_what, signal, group) => {
  const launcher = await launched('rollcall-agent.cjs', ['run', '--json'], {
    ROLLCALL_STATE: await temporaryFolder(),
    ROLLCALL_BOARD: 'simulated:hall',
    ROLLCALL_SETUP_PORT: '0',
    ROLLCALL_URL: 'http://127.0.0.1:1',
  });
  await eventually(
    () => launcher.stderr,
    (text) => text.includes('setup-page'),
    'the agent runs',
  );
  process.kill(group * (launcher.child.pid ?? 0), signal);
  expect(await launcher.ended).toMatchObject({ code: 0, stdout: '{"outcome":"stopped"}\n' });
});

/** Waits to be asked, is then too busy to look for longer than one press lasts, and never ends by itself. */
const STUBBORN = `
  import { askedToEnd } from ${JSON.stringify(join(ROOT, 'cloud-broker', 'cli', 'ending.ts'))};
  const alive = setInterval(() => undefined, 1000);
  const asked = askedToEnd();
  console.log('ready');
  await asked;
  console.log('asked');
  setTimeout(() => {
    for (const endsMs = performance.now() + 2000; performance.now() < endsMs; );
    setImmediate(() => setImmediate(() => console.log('looked')));
  }, 100);
`;

test('what is said twice counts once, also to a process too busy to hear it; a later Ctrl-C ends one that does not come to an end', async () => {
  const stubborn = new TestProcess(process.execPath, ['--input-type=module', '-e', STUBBORN], { env: childEnvironment({}) });
  onTestFinished(() => stubborn.killGroup());
  const says = async (word: string): Promise<string> =>
    eventually(
      () => stubborn.stdout,
      (text) => text.includes(word),
      word,
    );
  await says('ready');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const) stubborn.child.kill(signal);
  await says('asked');
  stubborn.child.kill('SIGINT');
  await says('looked');
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) stubborn.child.kill(signal);
  const ended = await eventually(
    async () => {
      stubborn.child.kill('SIGINT');
      return Promise.race([stubborn.ended, new Promise<null>((resolve) => setTimeout(() => resolve(null), 50))]);
    },
    (end) => end !== null,
    'it ends',
  );
  expect(ended).toMatchObject({ code: 130, stdout: 'ready\nasked\nlooked\n' });
});
