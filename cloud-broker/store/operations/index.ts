/** Every write there is, by name. Each runs in the writer thread, in a savepoint of its own. */
import { askClosing, closePiece, erasePersonalData, withdrawClosing } from './closing.ts';
import { claimInvoice, issueClaimCode } from './claims.ts';
import { changeDomain } from './domain-settings.ts';
import { noteTakeOvers, pruneAlerts, raiseAlerts, raiseCredits, setAlertRules } from './alerts.ts';
import { createApiKey, noteKeyUse, revokeApiKey } from './api-keys.ts';
import { approve } from './approve.ts';
import { endCommand, moveCommand, pruneCommands, sendCommands } from './commands.ts';
import { changeDevice, liftBlock, prune, reject, unenrol } from './devices.ts';
import { activateDomain, createDomain, setEnrolmentPolicy } from './domains.ts';
import { enrol, noteRefusal } from './enrol.ts';
import { releaseCredits } from './held-credits.ts';
import { remindTrials } from './trial-reminders.ts';
import { mailFailed, mailSent, pruneOutbox } from './mail.ts';
import { deleteView, saveView } from './views.ts';
import { endOtherSessions, endOwnSession, setOwnLanguage } from './own-sessions.ts';
import { changePassword, requestReset, resetPassword } from './passwords.ts';
import {
  activatePortal,
  portalSignUp,
  prunePortal,
  requestPortalReset,
  resendPortalActivation,
  resetPortalPassword,
} from './portal-access.ts';
import {
  acceptPortalInvitation,
  changePortalMember,
  createOrganization,
  invitePortalMember,
  removePortalMember,
} from './portal-organizations.ts';
import { forgetExpected, importNames } from './expected.ts';
import { acceptClock, flushPresence, noteRun, prunePresence } from './presence.ts';
import { samplePresence } from './samples.ts';
import { issueInvoiceKey, issueKey, redeemKey } from './product-keys.ts';
import { importBoards } from './register.ts';
import { confirmSecondFactor, endSecondFactor, offerSecondFactor, takeSecondFactor } from './second-factor.ts';
import { activateByLink, resendActivation, signUp } from './sign-up.ts';
import { changeTags, unenrolSome } from './selection.ts';
import { accountStatement } from './statement.ts';
import { adjust, makeGood, releaseBoard, reverse } from './taking-back.ts';
import { closeUsage } from './usage.ts';
import { acceptInvitation, changeUser, inviteUser, removeUser, resendInvitation } from './users.ts';
import { dropWebhookEvent, noteWebhookTry, passWebhookEvents } from './webhook-tries.ts';
import { changeWebhook, createWebhook, deleteWebhook, retryDelivery, rotateWebhookSecret } from './webhooks.ts';

export const operations = {
  enrol,
  noteRefusal,
  approve,
  reject,
  liftBlock,
  unenrol,
  changeDevice,
  changeTags,
  unenrolSome,
  sendCommands,
  moveCommand,
  endCommand,
  pruneCommands,
  prune,
  closeUsage,
  releaseBoard,
  releaseCredits,
  adjust,
  reverse,
  makeGood,
  issueKey,
  issueInvoiceKey,
  redeemKey,
  flushPresence,
  samplePresence,
  importNames,
  forgetExpected,
  noteRun,
  acceptClock,
  prunePresence,
  raiseAlerts,
  raiseCredits,
  noteTakeOvers,
  setAlertRules,
  pruneAlerts,
  importBoards,
  createDomain,
  activateDomain,
  setEnrolmentPolicy,
  accountStatement,
  signUp,
  resendActivation,
  activateByLink,
  requestReset,
  resetPassword,
  changePassword,
  offerSecondFactor,
  confirmSecondFactor,
  takeSecondFactor,
  endSecondFactor,
  createApiKey,
  revokeApiKey,
  noteKeyUse,
  mailSent,
  mailFailed,
  pruneOutbox,
  remindTrials,
  changeDomain,
  askClosing,
  withdrawClosing,
  closePiece,
  erasePersonalData,
  inviteUser,
  resendInvitation,
  acceptInvitation,
  changeUser,
  removeUser,
  endOwnSession,
  saveView,
  deleteView,
  endOtherSessions,
  setOwnLanguage,
  portalSignUp,
  resendPortalActivation,
  activatePortal,
  requestPortalReset,
  resetPortalPassword,
  prunePortal,
  createOrganization,
  invitePortalMember,
  acceptPortalInvitation,
  changePortalMember,
  removePortalMember,
  issueClaimCode,
  claimInvoice,
  createWebhook,
  changeWebhook,
  rotateWebhookSecret,
  deleteWebhook,
  retryDelivery,
  noteWebhookTry,
  passWebhookEvents,
  dropWebhookEvent,
} as const;

type Operations = typeof operations;
export type OperationName = keyof Operations;
export type OperationInput<Name extends OperationName> = Parameters<Operations[Name]>[1];
export type OperationOutput<Name extends OperationName> = ReturnType<Operations[Name]>;
