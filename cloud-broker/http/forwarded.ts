import type { IncomingMessage } from 'node:http';
import { readAddress } from '../net/address.ts';

const FORWARDED_FOR = 'x-forwarded-for';

/**
 * Leaves of `X-Forwarded-For` what can be read as addresses, nearest proxy first in doubt: from an entry that is none on nothing is
 * believed, so that whoever wrote it counts as the hop that passed it on. Before anything asks for the request's address.
 */
export function readForwarded({ headers }: IncomingMessage): void {
  const header = headers[FORWARDED_FOR];
  if (header === undefined) return;
  const addresses: string[] = [];
  for (const entry of String(header).split(',').toReversed()) {
    const address = readAddress(entry);
    if (address === null) break;
    addresses.unshift(address);
  }
  if (addresses.length === 0) delete headers[FORWARDED_FOR];
  else headers[FORWARDED_FOR] = addresses.join(', ');
}
