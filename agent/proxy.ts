import { BlockList, isIP } from 'node:net';

/** The network's way out: a proxy that lets CONNECT through, and what is reached without it. */
export interface ProxySettings {
  url: URL;
  /** The entries of NO_PROXY. */
  except: readonly string[];
}

/** An IPv6 address without the brackets that it has in a URL. */
export const bareHost = (host: string): string => host.replace(/^\[|\]$/g, '');

export function isLoopback(host: string): boolean {
  const bare = bareHost(host).toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare);
}

/** `host`, `host:port`, `[address]:port` or an IPv6 address as it is; port null where none is named. */
function split(entry: string): { host: string; port: number | null } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(entry) ?? [];
  return { host: bracketed ?? plain ?? entry.replaceAll(/[[\]]/g, ''), port: port === undefined ? null : Number(port) };
}

const family = (host: string): 'ipv4' | 'ipv6' => (isIP(host) === 6 ? 'ipv6' : 'ipv4');

/** The address `host` is in `address/prefix`; a bare address is itself however it is written. What is no network holds nothing. */
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
 * One entry of NO_PROXY as curl reads it: `*` is everything; a name is itself and all below it, with or without a dot or `*.` before it;
 * an address is itself; and, as others do, `address/prefix` is a network, and `:port` behind any of them narrows it to that port.
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

/** The proxy on the way to host:port, or null where there is none: this machine, and what NO_PROXY names, is reached without. */
export function proxyFor(proxy: ProxySettings | null, host: string, port: number): URL | null {
  if (proxy === null || isLoopback(host)) return null;
  const bare = bareHost(host).toLowerCase().replace(/\.$/, '');
  return proxy.except.some((entry) => isExcepted(entry, bare, port)) ? null : proxy.url;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** HTTPS_PROXY and NO_PROXY, or in lower case. A proxy without a scheme is http; null where it cannot be read. */
export function readProxy(environment: Environment): ProxySettings | 'unreadable' | null {
  const text = (environment['HTTPS_PROXY'] || environment['https_proxy'] || '').trim();
  if (text === '') return null;
  const address = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || url.protocol !== 'http:' || url.hostname === '' || credentialsOf(url) === null) return 'unreadable';
  const except = (environment['NO_PROXY'] || environment['no_proxy'] || '').split(/[\s,]+/).filter((entry) => entry !== '');
  return { url, except };
}

/** `user:password` as the proxy is told it, '' without a user; null where a `%` in them means nothing. */
export function credentialsOf({ username, password }: URL): string | null {
  try {
    return username === '' ? '' : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    return null;
  }
}
