/** Runs before each file of the fast tests: that they start no program is what makes them fast. */
import programs from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

const refuse = (): never => {
  throw new Error('A fast test starts no program: let vitest.config.ts know by what this file names the one that it starts.');
};
Object.assign(programs, { spawn: refuse, spawnSync: refuse, execFile: refuse, execFileSync: refuse, exec: refuse, fork: refuse });
syncBuiltinESMExports();
