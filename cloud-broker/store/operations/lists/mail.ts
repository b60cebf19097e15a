import { mailSent, mailFailed, pruneOutbox } from '../mail.ts';

export const mailOperations = { mailSent, mailFailed, pruneOutbox };
