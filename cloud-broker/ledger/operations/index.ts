import { closeUsage } from './usage.ts';

export const ledgerOperations = { closeUsage };
