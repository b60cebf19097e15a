import {
  portalSignUp,
  resendPortalActivation,
  activatePortal,
  requestPortalReset,
  resetPortalPassword,
  prunePortal,
} from './access.ts';
import {
  createOrganization,
  invitePortalMember,
  acceptPortalInvitation,
  changePortalMember,
  removePortalMember,
} from './organizations.ts';
import { issueClaimCode, claimInvoice } from './claims.ts';

export const portalOperations = {
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
};
