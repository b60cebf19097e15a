import { CHECK_CODE_ALPHABET } from '../../protocol/signing.ts';

const HEX = '0123456789abcdef';

/** Symbol `n` (from 0) of the check code, derived from the fingerprint's hexadecimal digits as in `checkCode`. */
function symbol(n: number): string {
  const digit = (offset: number): string => `instr('${HEX}', substr(key_fingerprint, ${2 * n + offset}, 1)) - 1`;
  return `substr('${CHECK_CODE_ALPHABET}', ((${digit(1)}) * 16 + ${digit(2)}) % ${CHECK_CODE_ALPHABET.length} + 1, 1)`;
}

const symbols = Array.from({ length: 8 }, (_, n) => symbol(n));

/** E6: the network of each waiting board (its widest, E10), and the check code of every key, so that no two in a domain are alike. */
export const waitingTables = `
ALTER TABLE devices ADD COLUMN network TEXT;
ALTER TABLE devices ADD COLUMN check_code TEXT GENERATED ALWAYS AS (${symbols.join(' || ')}) VIRTUAL;
CREATE INDEX devices_waiting_by_network ON devices (domain_id, network) WHERE state = 'pending';
CREATE INDEX devices_by_check_code ON devices (domain_id, check_code) WHERE state IN ('pending', 'enrolled');
`;
