import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { isAllowedAddress, isLocalName, type AddressPolicy } from './rules/address.ts';

export interface ResolvedAddress {
  address: string;
  family: 4 | 6;
}

/** Resolves all addresses of a name; rejects or returns an empty list if there are none. */
export type Resolve = (host: string) => Promise<ResolvedAddress[]>;

/** A name resolving to where webhooks are not sent. */
class ForbiddenAddress extends Error {
  readonly code = 'ROLLCALL_ADDRESS';
}

/**
 * Queries the name servers directly: a stranger's slow name server could block one of Node's four threads in the system resolver, and files and
 * passwords need the same threads. `/etc/hosts` is not read.
 */
export const resolveByDns: Resolve = async (host) => {
  if (isLocalName(host)) return [{ address: '127.0.0.1', family: 4 }];
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  return [
    ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 as const })) : []),
    ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 as const })) : []),
  ];
};

/** The addresses of a name, all of them allowed. Throws if there is none, or if any is not allowed. */
async function allowedAddresses(host: string, resolve: Resolve, policy: AddressPolicy): Promise<ResolvedAddress[]> {
  const found = await resolve(host).catch(() => []);
  if (found.length === 0) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
  if (found.some(({ address }) => !isAllowedAddress(address, policy))) throw new ForbiddenAddress('forbidden');
  return found;
}

/** The lookup function of a connection, which therefore uses exactly the addresses that were checked. A single forbidden address refuses the name. */
export function guardedLookup(resolve: Resolve, policy: AddressPolicy): LookupFunction {
  const look = async (...[host, options, done]: Parameters<LookupFunction>): Promise<void> => {
    try {
      const found = await allowedAddresses(host, resolve, policy);
      const [first] = found;
      if (options.all === true) done(null, found);
      else done(null, first?.address ?? '', first?.family);
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)), []);
    }
  };
  return (host, options, done) => void look(host, options, done);
}
