import { tmpdir } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { CREDITS } from '../support/service.ts';
import { childEnvironment, CLI, TestProcess } from '../support/process.ts';

test('`rollcall demo --once` does the whole main job and says so', async () => {
  const demo = new TestProcess(process.execPath, [CLI, 'demo', '--once', '--json', '--boards', '3'], {
    env: childEnvironment({}),
    cwd: tmpdir(),
  });
  onTestFinished(() => demo.killGroup());
  const { code, stdout, stderr } = await demo.ended;
  expect(code, stderr).toBe(0);
  const document = JSON.parse(stdout) as Record<string, unknown>;
  // Three simulated displays, of which one was sold on an invoice, and this machine itself.
  expect(document).toMatchObject({ ok: true, devices: 4, credits: 2 * CREDITS });
  expect(document['seconds']).toBeGreaterThan(0);
  console.info(`demo: ${String(document['seconds'])} s`);
});
