/**
 * `start`: how long commands and the service take to start, beside a Node that runs nothing, and what an idle service holds. As it is
 * installed: built, without sources, with the code that Node compiled the time before.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageService } from '../support/packaged.ts';
import { childEnvironment } from '../support/process.ts';
import type { Size } from './measure.ts';
import { usageOf } from './child.ts';
import { ServiceProcess } from './load/service.ts';
import { inTurn, type Comparison } from './measure.ts';

const SCALES = { full: { pairs: 11, idleMs: 60_000 }, smoke: { pairs: 1, idleMs: 500 } };
const MAX_IDLE_BYTES = 150_000_000;

export async function start(size: Size): Promise<Comparison[]> {
  const { pairs, idleMs } = SCALES[size];
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  try {
    const cli = await packageService(join(folder, 'installed'));
    const env = childEnvironment({ ROLLCALL_DATA: data });
    const took = async (...args: string[]): Promise<number> => {
      const began = performance.now();
      execFileSync(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
      return performance.now() - began;
    };
    const bare = async (): Promise<number> => took('-e', '0');
    const help = await inTurn(pairs, async () => took(cli, '--help'), bare);
    // The folder is there from then on, and so is what Node compiled.
    await (await ServiceProcess.start(data, { cli })).stop();
    const starts = await inTurn(
      pairs,
      async () => {
        const began = performance.now();
        const service = await ServiceProcess.start(data, { cli });
        const ms = performance.now() - began;
        await service.stop();
        return ms;
      },
      bare,
    );
    const service = await ServiceProcess.start(data, { cli });
    try {
      const list = await inTurn(pairs, async () => took(cli, 'domain', 'list'), bare);
      await new Promise((resolve) => {
        setTimeout(resolve, idleMs);
      });
      const idle = [{ ours: usageOf(service.pid).rssBytes, other: MAX_IDLE_BYTES }];
      const bench = 'start';
      return [
        { bench, figure: '--help, against node -e 0', unit: 'ms', bound: { atMost: 2.5 }, pairs: help },
        { bench, figure: 'domain list beside a service, against node -e 0', unit: 'ms', bound: { atMost: 4 }, pairs: list },
        { bench, figure: 'service on an existing folder, against node -e 0', unit: 'ms', bound: { atMost: 8 }, pairs: starts },
        { bench, figure: 'RSS of an idle service, against 150 MB', unit: 'bytes', bound: { atMost: 1 }, pairs: idle },
      ];
    } finally {
      await service.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
