import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * An IP address in its canonical form (IPv6 as in RFC 5952, an IPv4 address on an IPv6 socket as IPv4), or null if the text is not one. A port, IPv6
 * brackets and a zone id are accepted and dropped, as some gateways send them in `X-Forwarded-For`; nothing else is guessed.
 */
export function readAddress(text: string): string | null {
  const trimmed = text.trim();
  const host = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(trimmed)?.[1] ?? trimmed;
  const [bare = ''] = host.split('%');
  // Node's parser is the strict one: ipaddr.js also accepts octal and short forms.
  if (isIP(bare) === 0) return null;
  return ipaddr.process(bare).toString();
}

/** Prefixes that one customer may have, narrowest first: a link, a home, a site (RFC 6177). */
const IPV6_PREFIXES = [64, 56, 48];

/**
 * The networks an address counts towards in every limit (E10), narrowest first: an IPv4 address for itself, an IPv6 address for its /64, /56 and /48,
 * as a customer has at least the first and often the last. Anything that is not an address counts as one network.
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

/** The widest of those. */
export function widestNetworkOf(address: string): string {
  const networks = networksOf(address);
  return networks.at(-1) ?? networks[0];
}
