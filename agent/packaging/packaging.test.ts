import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { logLine } from '../log.ts';

const ROOT = join(import.meta.dirname, '..', '..');

function unpacked(): { folder: string; control: string } {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-deb-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // Packed as fast as can be: what is in it is tested here, not how small it is.
  const out = execFileSync('sh', [join(ROOT, 'scripts', 'build-deb.sh'), process.arch === 'arm64' ? 'arm64' : 'amd64'], {
    encoding: 'utf8',
    env: { ...process.env, DPKG_DEB_COMPRESSOR_LEVEL: '1' },
  });
  const file = out.split(' ')[0] ?? '';
  execFileSync('dpkg-deb', ['-x', file, folder]);
  return { folder, control: execFileSync('dpkg-deb', ['-f', file], { encoding: 'utf8' }) };
}

describe('the package', () => {
  test('brings its own Node and runs without anything else installed', () => {
    const { folder, control } = unpacked();
    expect(control).toMatch(/^Package: rollcall-agent$/m);
    const lib = join(folder, 'usr', 'lib', 'rollcall-agent');
    const env = { ROLLCALL_BOARD: 'simulated:deb', ROLLCALL_STATE: join(folder, 'state') };
    const { status, stdout } = spawnSync(join(lib, 'node'), [join(lib, 'rollcall-agent.cjs'), 'identity', '--json'], {
      env,
      encoding: 'utf8',
    });
    expect([status, JSON.parse(stdout)]).toMatchObject([0, { serial: 'SIM-DEB' }]);
    expect(readFileSync(join(folder, 'etc', 'default', 'rollcall-agent'), 'utf8')).toContain('ROLLCALL_SETUP_PORT=8890');
  });

  test('a wrong setting ends neither the unit nor the loop on Android for good: the settings are read anew', () => {
    const text = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
    expect(text('rollcall-agent.service')).not.toContain('RestartPreventExitStatus');
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-termux-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, 'rollcall'));
    const program = (name: string, script: string) =>
      writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    // Refused as wrong usage once; then the settings are put right.
    program('node', 'echo "$ROLLCALL_URL" >>seen; [ "$ROLLCALL_URL" = right ] && kill $PPID; exit 2');
    program('sleep', 'echo ROLLCALL_URL=right >settings');
    program('termux-wake-lock', '');
    writeFileSync(join(folder, 'rollcall', 'settings'), 'ROLLCALL_URL=wrong\n');
    const env = { HOME: folder, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
    spawnSync('sh', [join(import.meta.dirname, 'termux-boot.sh')], { env, timeout: 30_000 });
    expect(readFileSync(join(folder, 'rollcall', 'seen'), 'utf8')).toBe('wrong\nright\n');
  });

  test.skipIf(!existsSync('/usr/bin/systemd-analyze'))('its unit is one that systemd takes, and exposes little', () => {
    const unit = readFileSync(join(import.meta.dirname, 'rollcall-agent.service'), 'utf8');
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-unit-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'rollcall-agent.service');
    execFileSync('sh', ['-c', `cat > ${file}`], { input: unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`) });
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
    expect(verified.stderr.split('\n').filter((line) => line.includes('rollcall-agent.service'))).toEqual([]);
    const exposure = spawnSync('systemd-analyze', ['security', '--offline=true', file], { encoding: 'utf8' }).stdout;
    expect(Number(/exposure level[^:]*: (\d+\.\d+)/i.exec(exposure)?.[1])).toBeLessThan(4);
  });
});

test('[A6] no line of the log holds a key, a code, a password or a proxy’s credentials', () => {
  const key = '-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----';
  const line = logLine({
    event: 'x',
    pairingCode: 'ABCD-EFGH',
    deep: { password: 'p4ss', note: `made ${key}.` },
    detail: 'http://me:p4ss@proxy:3128 refused',
  });
  expect(line).not.toMatch(/ABCD|p4ss|MIGH/);
  expect(line).toContain('http://[secret]@proxy:3128 refused');
});
