import { randomBytes } from 'node:crypto';

/** A random id by which requests name a row: its own id, counted over all domains, would show how busy the others are. */
export const newPublicId = (): string => randomBytes(10).toString('hex');
