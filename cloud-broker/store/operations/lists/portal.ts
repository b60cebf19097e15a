import {
  portalSignUp,
  resendPortalActivation,
  activatePortal,
  requestPortalReset,
  resetPortalPassword,
  prunePortal,
} from '../portal-access.ts';
import {
  createOrganization,
  invitePortalMember,
  acceptPortalInvitation,
  changePortalMember,
  removePortalMember,
} from '../portal-organizations.ts';
import { issueClaimCode, claimInvoice } from '../claims.ts';

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
