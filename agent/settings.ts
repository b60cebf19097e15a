import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isBoardSetting } from '../firmware-shim/detect.ts';
import type { Language } from '../protocol/errors.ts';
import { readProxy, type ProxySettings } from './proxy.ts';
import { Refusal } from './refusal.ts';

export interface Settings {
  /** The service's HTTP address; null if not set: an enrolled device already knows its broker. */
  serviceUrl: URL | null;
  stateFolder: string;
  /** PEM of further CAs that may sign the service's https certificate, besides the system's. */
  extraCa: string | null;
  board: string;
  proxy: ProxySettings | null;
  language: Language;
  /** Port of the setup page on 127.0.0.1; 0 picks a free one; null: no page. */
  setupPort: number | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

function url(environment: Environment, name: string, protocols: readonly string[]): URL | null {
  const text = environment[name];
  if (text === undefined || text === '') return null;
  const parsed = URL.canParse(text) ? new URL(text) : null;
  if (parsed === null || !protocols.includes(parsed.protocol)) {
    throw new Refusal('settings-invalid', { detail: `${name} must be a URL with ${protocols.join(' or ')}` });
  }
  return parsed;
}

function defaultStateFolder(environment: Environment, isRoot: boolean): string {
  if (isRoot) return '/var/lib/rollcall-agent';
  return join(environment['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'rollcall-agent');
}

function extraCa(environment: Environment): string | null {
  const path = environment['ROLLCALL_CA'];
  if (path === undefined || path === '') return null;
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch {
    throw new Refusal('settings-invalid', { detail: 'ROLLCALL_CA: the file cannot be read' });
  }
  if (pem.length > 256 * 1024 || !pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw new Refusal('settings-invalid', { detail: 'ROLLCALL_CA: the file holds no PEM certificate' });
  }
  return pem;
}

function setupPort(environment: Environment): number | null {
  const text = environment['ROLLCALL_SETUP_PORT'] ?? '';
  if (text === '') return null;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new Refusal('settings-invalid', { detail: 'ROLLCALL_SETUP_PORT must be a port, 0 to 65535' });
  return port;
}

function proxy(environment: Environment): ProxySettings | null {
  const read = readProxy(environment);
  if (read !== 'unreadable') return read;
  const detail = 'HTTPS_PROXY must be http://[USER:PASSWORD@]HOST:PORT, with %25 for a % in user or password';
  throw new Refusal('settings-invalid', { detail });
}

/** French if the locale says so, English otherwise (E11). */
export function languageOf(environment: Environment): Language {
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || '';
  return locale.toLowerCase().startsWith('fr') ? 'fr' : 'en';
}

/** The agent's settings (protocol.md §3). Throws a Refusal `settings-invalid` that names the setting. */
export function readSettings(environment: Environment, isRoot: boolean): Settings {
  const board = environment['ROLLCALL_BOARD'] || 'auto';
  if (!isBoardSetting(board)) {
    throw new Refusal('settings-invalid', { detail: 'ROLLCALL_BOARD must be `auto` or `simulated:<seed>`' });
  }
  return {
    serviceUrl: url(environment, 'ROLLCALL_URL', ['http:', 'https:']),
    stateFolder: resolve(environment['ROLLCALL_STATE'] || defaultStateFolder(environment, isRoot)),
    extraCa: extraCa(environment),
    board,
    proxy: proxy(environment),
    language: languageOf(environment),
    setupPort: setupPort(environment),
  };
}
