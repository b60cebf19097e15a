import { mailSent, mailFailed, pruneOutbox } from './operations.ts';

export const mailOperations = { mailSent, mailFailed, pruneOutbox };
