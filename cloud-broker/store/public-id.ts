import { randomBytes } from 'node:crypto';

/** The id by which a request names a row. Random, as its own id, which counts over all domains, would tell how busy others are. */
export const newPublicId = (): string => randomBytes(10).toString('hex');
