import type { OperationName } from '../store/port.ts';

/**
 * Operations that permanently date something, or expire it by time, and cannot be undone: they wait while the clock is in doubt. Everything else
 * continues, above all presence and renewals. Unenrolment too: a stolen display must not wait for a clock.
 */
export const lastingOperations: ReadonlySet<OperationName> = new Set<OperationName>([
  // Trials start (D3).
  'createDomain',
  'activateDomain',
  'activateByLink',
  // Credits are granted and moved, days are charged (E5, K, L6). A renewal is allowed: see `enrol`.
  'approve',
  'redeemKey',
  'issueInvoiceKey',
  'claimInvoice',
  'releaseCredits',
  'releaseBoard',
  'makeGood',
  'adjust',
  'reverse',
  'closeUsage',
  // Domains close, personal data is erased (D8).
  'askClosing',
  'closePiece',
  'erasePersonalData',
  // Old data is deleted, and what is near its end is announced.
  'prune',
  'prunePortal',
  'pruneCommands',
  'prunePresence',
  'pruneAlerts',
  'pruneOutbox',
  'remindTrials',
]);
