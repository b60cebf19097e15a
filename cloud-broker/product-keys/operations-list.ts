import { issueKey, issueInvoiceKey, redeemKey } from './operations.ts';

export const productKeyOperations = { issueKey, issueInvoiceKey, redeemKey };
