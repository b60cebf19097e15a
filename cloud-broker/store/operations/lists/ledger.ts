import { closeUsage } from '../usage.ts';
import { adjust, reverse, makeGood } from '../taking-back.ts';

export const ledgerOperations = { closeUsage, adjust, reverse, makeGood };
