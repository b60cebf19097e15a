import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { KeyFileError } from './files.ts';
import { openKeys, type ServiceKeys } from './keys.ts';
import { privateKeyPem } from './pem.ts';
import { signCaCertificate, signServerCertificate } from './x509.ts';

const folders: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-keys-'));
  folders.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const open = (folder: string, extra: { hosts?: string[]; hasDevices?: boolean } = {}): Promise<ServiceKeys> =>
  openKeys({
    folder,
    hosts: extra.hosts ?? [],
    hasDevices: extra.hasDevices ?? false,
    isSealed: extra.hasDevices ?? false,
    now: Date.now(),
  });

const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(join(folder, 'keys')).map((name) => [name, readFileSync(join(folder, 'keys', name), 'base64')]));

const text = (file: string): string => execFileSync('openssl', ['x509', '-in', file, '-noout', '-text'], { encoding: 'utf8' });

async function anotherCa(name: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { key: privateKey, certificatePem: await signCaCertificate(privateKey, publicKey, name) };
}

describe('the key folder', () => {
  test('[S1] is 0700 and each of its files 0600, and a second start reads the very same secrets', async () => {
    const folder = newFolder();
    const first = await open(folder);
    expect(statSync(join(folder, 'keys')).mode & 0o777).toBe(0o700);
    const before = contents(folder);
    expect(Object.keys(before).toSorted()).toEqual([
      'ca.crt',
      'ca.key',
      'cookie.secret',
      'ledger.key',
      'master.key',
      'published-ca.crt',
      'server.crt',
      'server.key',
      'ticket.keys',
    ]);
    for (const name of Object.keys(before)) expect(statSync(join(folder, 'keys', name)).mode & 0o777).toBe(0o600);
    const second = await open(folder, { hasDevices: true });
    expect(contents(folder)).toEqual(before);
    expect(second.ticketKeys.equals(first.ticketKeys)).toBe(true);
    expect(second.ticketKeys.length).toBe(48);
    expect(second.masterKey.export()).toEqual(first.masterKey.export());
    expect(first.masterKey.export().length).toBe(32);
    expect(first.ledgerSigningKey.asymmetricKeyType).toBe('ed25519');
    expect(second.server).toEqual(first.server);
    expect(readFileSync(first.caFile, 'utf8')).toBe(first.publishedCaPem);
  });

  test('[S1] modes that somebody widened are tightened again', async () => {
    const folder = newFolder();
    await open(folder);
    chmodSync(join(folder, 'keys'), 0o755);
    chmodSync(join(folder, 'keys', 'ca.key'), 0o644);
    await open(folder);
    expect(statSync(join(folder, 'keys')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'keys', 'ca.key')).mode & 0o777).toBe(0o600);
  });

  test('[S1] the returned object shows no secret to a logger', async () => {
    const keys = await open(newFolder());
    const shown = `${JSON.stringify({ keys })} ${inspect(keys, { depth: 9 })} ${JSON.stringify(keys.server)} ${inspect(keys.ticketKeys)}`;
    expect(shown).not.toMatch(/PRIVATE KEY/);
    expect(shown).not.toContain(keys.ticketKeys.toString('hex').slice(0, 8));
    expect(shown).not.toMatch(/<Buffer/);
  });
});

describe('a start after something went wrong', () => {
  test('[S1] a store with devices but without its CA key or certificate does not start, and nothing is made', async () => {
    for (const lost of [['ca.key'], ['ca.crt'], ['ca.key', 'ca.crt'], 'all'] as const) {
      const folder = newFolder();
      await open(folder);
      for (const name of lost === 'all' ? readdirSync(join(folder, 'keys')) : lost) rmSync(join(folder, 'keys', name));
      const before = contents(folder);
      await expect(open(folder, { hasDevices: true })).rejects.toMatchObject({ code: 'ca-key-missing' });
      expect(contents(folder)).toEqual(before);
    }
  });

  test('[S1] a CA key that was lost after a finished first start is not replaced silently even without devices', async () => {
    const folder = newFolder();
    await open(folder);
    rmSync(join(folder, 'keys', 'ca.key'));
    await expect(open(folder)).rejects.toThrow(/ca\.key: is missing/);
  });

  test('[S1] a first start that was killed after any of its files is carried on', async () => {
    const complete = newFolder();
    await open(complete);
    const order = ['master.key', 'ledger.key', 'cookie.secret', 'ticket.keys', 'ca.key', 'ca.crt', 'server.key', 'server.crt'];
    for (let written = 0; written <= order.length; written++) {
      const folder = newFolder();
      mkdirSync(join(folder, 'keys'));
      for (const name of order.slice(0, written)) {
        writeFileSync(join(folder, 'keys', name), readFileSync(join(complete, 'keys', name)));
      }
      writeFileSync(join(folder, 'keys', `${order[written] ?? 'published-ca.crt'}.new`), 'half a fi');
      const keys = await open(folder);
      const leaf = new X509Certificate(keys.server.certificatePem);
      expect(leaf.verify(new X509Certificate(keys.ca.certificatePem).publicKey)).toBe(true);
      expect(readdirSync(join(folder, 'keys')).filter((name) => name.endsWith('.new'))).toEqual([]);
      for (const name of order.slice(0, written)) expect(contents(folder)[name]).toBe(contents(complete)[name]);
    }
  });
});

describe('a damaged or lost file', () => {
  test('[S1] a damaged file is named, and its content is not', async () => {
    for (const name of [
      'ca.key',
      'ca.crt',
      'server.key',
      'server.crt',
      'master.key',
      'ledger.key',
      'ticket.keys',
      'cookie.secret',
    ]) {
      const folder = newFolder();
      await open(folder);
      writeFileSync(join(folder, 'keys', name), 'SPILLED');
      const error = await open(folder).then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(KeyFileError);
      expect(String(error)).toContain(join(folder, 'keys', name));
      expect(String(error)).not.toContain('SPILLED');
    }
  });

  test('[S1] a lost master or ledger key of a finished start is named, never made anew', async () => {
    for (const name of ['master.key', 'ledger.key']) {
      const folder = newFolder();
      await open(folder);
      rmSync(join(folder, 'keys', name));
      await expect(open(folder)).rejects.toThrow(`${name}: is missing`);
    }
  });
});

describe('the CA and the server leaf', () => {
  test('[S2] pass strict verification, are valid 1970 to 9999 and carry key identifiers', async () => {
    const folder = newFolder();
    await open(folder, { hosts: ['broker.example.org', '192.0.2.7'] });
    const ca = join(folder, 'keys', 'ca.crt');
    const leaf = join(folder, 'keys', 'server.crt');
    const verified = execFileSync('openssl', ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', ca, leaf]);
    expect(verified.toString()).toContain('OK');
    for (const file of [ca, leaf]) {
      expect(text(file)).toMatch(/Not Before: Jan {2}1 00:00:00 1970 GMT\s+Not After : Dec 31 23:59:59 9999 GMT/);
      expect(text(file)).toContain('X509v3 Subject Key Identifier');
      expect(text(file)).toContain('X509v3 Authority Key Identifier');
    }
    expect(text(ca)).toMatch(/Basic Constraints: critical\s+CA:TRUE/);
    expect(text(ca)).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
    expect(text(leaf)).toMatch(/Extended Key Usage: \s+TLS Web Server Authentication\n/);
    expect(text(leaf)).toContain(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:broker.example.org, IP Address:192.0.2.7',
    );
  });

  test('[S2] the leaf is made again only when it lacks a host', async () => {
    const folder = newFolder();
    const first = await open(folder, { hosts: ['a.example.org'] });
    expect((await open(folder)).server).toEqual(first.server);
    const second = await open(folder, { hosts: ['b.example.org'] });
    expect(second.server.keyPem).toBe(first.server.keyPem);
    expect(new X509Certificate(second.server.certificatePem).checkHost('b.example.org')).toBeDefined();
  });

  test('[S2] a pair that the operator put there is used untouched and its CA is published, but trusted for no device', async () => {
    const folder = newFolder();
    const own = await open(folder);
    const foreign = await anotherCa('Example Trust');
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const leaf = await signServerCertificate(foreign, publicKey, ['broker.example.org']);
    writeFileSync(join(folder, 'keys', 'server.crt'), leaf);
    writeFileSync(join(folder, 'keys', 'server.key'), privateKeyPem(privateKey));
    await expect(open(folder)).rejects.toThrow(/server-ca\.crt: is missing/);
    writeFileSync(join(folder, 'keys', 'server-ca.crt'), foreign.certificatePem);
    const keys = await open(folder, { hosts: ['other.example.org'] });
    expect(keys.server.certificatePem).toBe(leaf);
    expect(readFileSync(join(folder, 'keys', 'server.crt'), 'utf8')).toBe(leaf);
    expect(keys.clientCaPem).toBe(own.clientCaPem);
    expect(keys.publishedCaPem).toBe(own.clientCaPem + foreign.certificatePem);
    await expect(openKeys({ folder, hosts: [], hasDevices: false, isSealed: false, now: Date.UTC(10_000, 1) })).rejects.toThrow(
      /server\.crt: has expired/,
    );
  });

  test('[S2] ca.crt may hold several: all are published, the first signs, a leaf of another one is made again', async () => {
    const folder = newFolder();
    const old = await open(folder);
    const next = await anotherCa('Rollcall CA next');
    const keysFolder = join(folder, 'keys');
    writeFileSync(join(keysFolder, 'ca.crt'), old.ca.certificatePem + next.certificatePem);
    const both = await open(folder, { hasDevices: true });
    expect(both.publishedCaPem).toBe(old.ca.certificatePem + next.certificatePem);
    expect(both.server).toEqual(old.server);
    writeFileSync(join(keysFolder, 'ca.crt'), next.certificatePem);
    await expect(open(folder, { hasDevices: true })).rejects.toThrow(/ca\.crt: its first certificate does not belong to ca\.key/);
    writeFileSync(join(keysFolder, 'ca.key'), privateKeyPem(next.key));
    const after = await open(folder, { hasDevices: true });
    const leaf = new X509Certificate(after.server.certificatePem);
    expect(leaf.verify(createPublicKey(next.key))).toBe(true);
    expect(after.publishedCaPem).toBe(next.certificatePem);
  });
});
