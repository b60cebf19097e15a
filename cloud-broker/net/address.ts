import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * An IP address in its one written form (IPv6 as RFC 5952 has it, an IPv4 address on an IPv6 socket as IPv4), or null where the
 * text is none. A port, the brackets of an IPv6 address and a zone id are read and dropped, as some gateways send them in
 * `X-Forwarded-For`; nothing else is guessed.
 */
export function readAddress(text: string): string | null {
  const trimmed = text.trim();
  const host = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(trimmed)?.[1] ?? trimmed;
  const [bare = ''] = host.split('%');
  // node's reading is the strict one: ipaddr.js takes octal and short forms for addresses too.
  if (isIP(bare) === 0) return null;
  return ipaddr.process(bare).toString();
}

/** Prefixes that one customer may hold, narrowest first: a link, a home, a site (RFC 6177). */
const IPV6_PREFIXES = [64, 56, 48];

/**
 * The networks that an address counts for in every limit (E10), narrowest first: an IPv4 address for itself, an IPv6 address
 * for its /64, /56 and /48, as a customer has at least the first and often the last. What is no address is one network.
 */
export function networksOf(address: string): readonly [string, ...string[]] {
  const plain = readAddress(address);
  if (plain === null) return ['no address'];
  const parsed = ipaddr.parse(plain);
  if (!(parsed instanceof ipaddr.IPv6)) return [plain];
  const [link = '', ...wider] = IPV6_PREFIXES.map((bits) => {
    const bytes = parsed.toByteArray().map((byte, index) => (index < bits / 8 ? byte : 0));
    return `${ipaddr.fromByteArray(bytes).toString()}/${bits}`;
  });
  return [link, ...wider];
}

/** The widest of them. */
export function widestNetworkOf(address: string): string {
  const networks = networksOf(address);
  return networks.at(-1) ?? networks[0];
}
