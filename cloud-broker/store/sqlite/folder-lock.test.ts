import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/store.ts';
import { lockFolder } from './folder-lock.ts';

test('[S4] a folder belongs to one process, by a lock that dies with it, even by SIGKILL', async () => {
  const folder = await temporaryFolder();
  const module = new URL('./folder-lock.ts', import.meta.url).href;
  const code = `import { lockFolder } from ${JSON.stringify(module)}; lockFolder(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  expect(() => lockFolder(folder)).toThrowError(/folder-in-use/);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const lock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrowError(/folder-in-use/);
  lock.release();
  lockFolder(folder).release();
});
