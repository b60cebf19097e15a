import type { OperationName } from '../store/port.ts';

/**
 * What is dated for good or ends by time, and cannot be taken back: it waits while the clock is in doubt. Everything else goes on, presence and renewals
 * first. Unenrolling too: a stolen display must not wait for a clock.
 */
export const lastingOperations: ReadonlySet<OperationName> = new Set<OperationName>([
  // Trials begin (D3).
  'createDomain',
  'activateDomain',
  'activateByLink',
  // Credits are granted and moved, days are charged (E5, K, L6). A renewal passes: see `enrol`.
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
  // What is old goes, and what is near its end is told.
  'prune',
  'prunePortal',
  'pruneCommands',
  'prunePresence',
  'pruneAlerts',
  'pruneOutbox',
  'remindTrials',
]);
