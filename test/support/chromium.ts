import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';
/** What keeps Debian's chromium quiet and off the network; sandboxing is not possible for root in a container. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function install(): void {
  console.warn(`${EXECUTABLE} is missing: installing Debian's chromium with apt-get (once, needs root)`);
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core']]) {
    const { status, stderr } = spawnSync('apt-get', args, {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status !== 0) throw new Error(`apt-get ${args.join(' ')} failed; install chromium by hand. ${stderr}`);
  }
}

/** A headless browser with a profile of its own, ended by `close()`. Installs Debian's chromium when it is missing, and says so. */
export async function launchChromium(): Promise<Browser> {
  if (!existsSync(EXECUTABLE)) install();
  return chromium.launch({ executablePath: EXECUTABLE, headless: true, args: FLAGS });
}
