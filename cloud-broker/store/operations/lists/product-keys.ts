import { issueKey, issueInvoiceKey, redeemKey } from '../product-keys.ts';

export const productKeyOperations = { issueKey, issueInvoiceKey, redeemKey };
