import type { IncomingMessage } from 'node:http';
import { readAddress } from '../net/address.ts';

const FORWARDED_FOR = 'x-forwarded-for';

/**
 * Reduces `X-Forwarded-For` to readable addresses, starting from the nearest proxy. The first entry that is none and everything further away are
 * dropped, so that the sender of that entry counts as the hop that passed it on. Runs before anything reads the request's address.
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
