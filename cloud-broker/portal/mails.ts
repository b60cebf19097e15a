import { linkMail } from '../mail/mail-kind.ts';

export const portalMails = {
  /** `person`: the name they gave. */
  activation: linkMail<{ person: string }>('portal-activation', '/portal/activate'),
  reset: linkMail<{ person: string }>('portal-reset', '/portal/reset'),
  /** `invitedBy`: the e-mail address of who invites. */
  invitation: linkMail<{ organization: string; invitedBy: string }>('portal-invitation', '/portal/invitation'),
};
