import { createDomain } from './create-domain.ts';
import { signUp, resendActivation, activateByLink } from './sign-up.ts';
import { requestReset, resetPassword, changePassword } from './passwords.ts';
import { offerSecondFactor, confirmSecondFactor, takeSecondFactor, endSecondFactor } from './second-factor.ts';
import { createApiKey, revokeApiKey, noteKeyUse } from './api-keys.ts';
import { inviteUser, resendInvitation, acceptInvitation, changeUser, removeUser } from './users.ts';
import { endOwnSession, endOtherSessions, setOwnLanguage } from './own-sessions.ts';
import { saveView, deleteView } from './views.ts';
import { accountStatement } from './statement.ts';

export const userOperations = {
  createDomain,
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
  inviteUser,
  resendInvitation,
  acceptInvitation,
  changeUser,
  removeUser,
  endOwnSession,
  endOtherSessions,
  setOwnLanguage,
  saveView,
  deleteView,
  accountStatement,
};
