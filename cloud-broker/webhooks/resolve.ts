import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { isAllowedAddress, isLocalName, type AddressPolicy } from './rules/address.ts';

export interface ResolvedAddress {
  address: string;
  family: 4 | 6;
}

/** All addresses of a name; rejects or is empty where there are none. */
export type Resolve = (host: string) => Promise<ResolvedAddress[]>;

/** A name that leads where webhooks are not sent. */
class ForbiddenAddress extends Error {
  readonly code = 'ROLLCALL_ADDRESS';
}

/**
 * Asks the name servers itself: the system's resolver would hold one of node's four threads for as long as a slow name server of a
 * stranger likes, and files and passwords wait for the same threads. `/etc/hosts` is not read.
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

/** The addresses of a name, each of which may be connected to. Throws where there is none, or one that may not. */
async function allowedAddresses(host: string, resolve: Resolve, policy: AddressPolicy): Promise<ResolvedAddress[]> {
  const found = await resolve(host).catch(() => []);
  if (found.length === 0) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
  if (found.some(({ address }) => !isAllowedAddress(address, policy))) throw new ForbiddenAddress('forbidden');
  return found;
}

/**
 * What a connection asks for the addresses of its name: so it connects to the very addresses that were looked at. One that is not
 * allowed among them is enough to refuse the name.
 */
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
