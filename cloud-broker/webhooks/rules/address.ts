/** Allowed webhook targets: not the network of the service itself (SSRF). Pure. */
import { BlockList, isIP } from 'node:net';

/** Always forbidden, whatever the settings: addresses no receiver has, and those where clouds keep machine credentials. */
const NEVER: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
  // A cloud's metadata service, in an otherwise private range.
  ['fd00:ec2::254', 128, 'ipv6'],
  ['100.100.100.200', 32, 'ipv4'],
];

/** The own machine and network: allowed only by ROLLCALL_WEBHOOK_PRIVATE. */
const PRIVATE: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
];

/**
 * IPv6 addresses that a gateway translates to IPv4 addresses, which are then no longer checked. BlockList itself maps mapped ones (::ffff:0:0/96).
 */
const TRANSLATED: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['::', 96, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['2001::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
];

function blockList(ranges: typeof NEVER): BlockList {
  const list = new BlockList();
  for (const [net, prefix, family] of ranges) list.addSubnet(net, prefix, family);
  return list;
}

/** Where webhooks may be sent. */
export interface AddressPolicy {
  /** Allows receivers in the own network on any port, and on the own machine also without TLS. */
  allowPrivate: boolean;
}

const never = blockList(NEVER);
const own = blockList(PRIVATE);
const translated = blockList(TRANSLATED);

/** Ports allowed for receivers on the internet: those of https. Any other would turn the service into a port scanner. */
const PORTS = ['', '443', '8443'];

/** Whether a connection to this IP address is allowed; false for anything that is not an IP address. */
export function isAllowedAddress(address: string, { allowPrivate }: AddressPolicy): boolean {
  const version = isIP(address);
  if (version === 0 || address.includes('%')) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (own.check(address, family)) return allowPrivate && !never.check(address, family);
  return !never.check(address, family) && !(version === 6 && translated.check(address, 'ipv6'));
}

/** The host of a URL as a name or an IP address, without the brackets of IPv6. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** A name of the own machine, which needs no DNS lookup. */
export function isLocalName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

function isLoopback(host: string): boolean {
  return isLocalName(host) || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** What is wrong with an address typed by an admin; null: nothing visible before its name is resolved. */
export type AddressProblem = 'unreadable' | 'not-https' | 'credentials' | 'port' | 'private';

/**
 * Checks a webhook's URL. The URL parser has already turned decimal, octal and hexadecimal hosts into IP addresses. What a name resolves to is
 * checked at each connection, not here: it may change.
 */
export function addressProblem(text: string, policy: AddressPolicy): AddressProblem | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hash !== '') return 'unreadable';
  const host = hostOf(url).replace(/\.$/, '');
  if (url.protocol === 'http:' && !(policy.allowPrivate && isLoopback(host))) return 'not-https';
  if (url.username !== '' || url.password !== '') return 'credentials';
  if (!policy.allowPrivate && !PORTS.includes(url.port)) return 'port';
  if (isLocalName(host)) return policy.allowPrivate ? null : 'private';
  return isIP(host) === 0 || isAllowedAddress(host, policy) ? null : 'private';
}
