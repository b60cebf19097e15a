import { linkMail } from '../mail/mail-kind.ts';

export const portalMails = {
  /** `person`: the name the user entered. */
  activation: linkMail<{ person: string }>('portal-activation', '/portal/activate'),
  reset: linkMail<{ person: string }>('portal-reset', '/portal/reset'),
  /** `invitedBy`: the inviting user's e-mail address. */
  invitation: linkMail<{ organization: string; invitedBy: string }>('portal-invitation', '/portal/invitation'),
};
