import { BlockList, isIP } from 'node:net';

/** The network's way out: a proxy that allows CONNECT, and the hosts reached without it. */
export interface ProxySettings {
  url: URL;
  /** The entries of NO_PROXY. */
  except: readonly string[];
}

/** An IPv6 address without the brackets it has in a URL. */
export const bareHost = (host: string): string => host.replace(/^\[|\]$/g, '');

export function isLoopback(host: string): boolean {
  const bare = bareHost(host).toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare);
}

/** `host`, `host:port`, `[address]:port` or a bare IPv6 address; port is null if none is given. */
function split(entry: string): { host: string; port: number | null } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(entry) ?? [];
  return { host: bracketed ?? plain ?? entry.replaceAll(/[[\]]/g, ''), port: port === undefined ? null : Number(port) };
}

const family = (host: string): 'ipv4' | 'ipv6' => (isIP(host) === 6 ? 'ipv6' : 'ipv4');

/** Whether the address `host` is in `address/prefix`; a bare address matches itself in any notation. An invalid network contains nothing. */
function isInNetwork(host: string, network: string): boolean {
  const [address = '', prefix] = network.split('/');
  if (isIP(host) === 0 || isIP(address) === 0 || address.includes('%')) return false;
  const most = isIP(address) === 6 ? 128 : 32;
  const bits = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity;
  if (bits > most) return false;
  const list = new BlockList();
  list.addSubnet(address, bits, family(address));
  return list.check(host, family(host));
}

/**
 * Matches one NO_PROXY entry as curl does: `*` is everything; a name matches itself and its subdomains, with or without a leading dot or `*.`; an
 * address matches itself. As in other tools, `address/prefix` is a network, and `:port` after any of these limits it to that port.
 */
function isExcepted(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  const named = split(entry);
  if (named.port !== null && named.port !== port) return false;
  if (isIP(host) !== 0) return isInNetwork(host, named.host);
  const suffix = named.host
    .toLowerCase()
    .replace(/^\*?\./, '')
    .replace(/\.$/, '');
  return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
}

/** The proxy to use for host:port, or null for none: this machine, and hosts named in NO_PROXY, are reached directly. */
export function proxyFor(proxy: ProxySettings | null, host: string, port: number): URL | null {
  if (proxy === null || isLoopback(host)) return null;
  const bare = bareHost(host).toLowerCase().replace(/\.$/, '');
  return proxy.except.some((entry) => isExcepted(entry, bare, port)) ? null : proxy.url;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads HTTPS_PROXY and NO_PROXY, or their lower-case forms. A proxy without a scheme is http; null if none is set. */
export function readProxy(environment: Environment): ProxySettings | 'unreadable' | null {
  const text = (environment['HTTPS_PROXY'] || environment['https_proxy'] || '').trim();
  if (text === '') return null;
  const address = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || url.protocol !== 'http:' || url.hostname === '' || credentialsOf(url) === null) return 'unreadable';
  const except = (environment['NO_PROXY'] || environment['no_proxy'] || '').split(/[\s,]+/).filter((entry) => entry !== '');
  return { url, except };
}

/** `user:password` as sent to the proxy, '' without a user; null if a `%` in them is not valid encoding. */
export function credentialsOf({ username, password }: URL): string | null {
  try {
    return username === '' ? '' : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    return null;
  }
}
