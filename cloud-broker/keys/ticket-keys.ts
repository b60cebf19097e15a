import { randomBytes } from 'node:crypto';
import { KeyFileError, type KeyFolder } from './files.ts';

const FILE = 'ticket.keys';
const KEY_BYTES = 48;
/** The creation time, stored after the keys: milliseconds since 1970. Files of earlier versions lack it. */
const TIME_BYTES = 8;
const ROTATED_AFTER_MS = 7 * 86_400_000;

/** The keys that seal session tickets. Anyone who has them can forge tickets for any display, so they do not live long. */
export interface TicketKeys {
  /** 48 bytes, for `tls.createServer({ ticketKeys })`. */
  readonly current: Buffer;
  /** New keys if the current ones are a week old, stored before they are returned; else null. `now` in milliseconds since 1970. */
  rotate(now: number): Buffer | null;
}

/**
 * Reads the ticket keys, or creates them. They can be lost without harm: displays then do one full handshake.
 * @throws KeyFileError if the file is not one of ours
 */
export function openTicketKeys(folder: KeyFolder, now: number): TicketKeys {
  const existing = folder.read(FILE);
  if (existing !== null && existing.length !== KEY_BYTES && existing.length !== KEY_BYTES + TIME_BYTES)
    throw new KeyFileError(folder.file(FILE), 'is damaged. Remove it: displays shake hands in full once.');
  let madeAt = existing !== null && existing.length > KEY_BYTES ? Number(existing.readBigUInt64BE(KEY_BYTES)) : now;
  let current = existing?.subarray(0, KEY_BYTES) ?? randomBytes(KEY_BYTES);
  const store = (): void => {
    const time = Buffer.alloc(TIME_BYTES);
    time.writeBigUInt64BE(BigInt(madeAt));
    folder.write(FILE, Buffer.concat([current, time]));
  };
  const rotate = (at: number): Buffer | null => {
    // A time in the future comes from a clock that was wrong, and says nothing about their age.
    if (at >= madeAt && at - madeAt < ROTATED_AFTER_MS) return null;
    [current, madeAt] = [randomBytes(KEY_BYTES), at];
    store();
    return current;
  };
  if (rotate(now) === null && existing?.length !== KEY_BYTES + TIME_BYTES) store();
  return {
    get current() {
      return current;
    },
    rotate,
  };
}
