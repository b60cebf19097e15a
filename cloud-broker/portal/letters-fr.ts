/** The Admin Portal's e-mails, in French. */
import type { Letters } from '../mail/mail-kind.ts';
import { LINK_RULES, NOT_YOU, letter } from '../mail/phrases-fr.ts';
import type { portalMails } from './mails.ts';

export const french: Letters<typeof portalMails> = {
  activation: ({ person }, { home, link }) =>
    letter(home, 'Activez votre compte Admin Portal', [
      `Un compte Admin Portal a été créé pour ${person} avec cette adresse e-mail.`,
      'Pour l’activer, ouvrez la page ci-dessous, saisissez le mot de passe choisi à l’inscription et cliquez sur Activer.',
      { link, label: 'Activer le compte' },
      LINK_RULES,
      NOT_YOU,
    ]),
  reset: ({ person }, { home, link }) =>
    letter(home, 'Choisissez un nouveau mot de passe pour Admin Portal', [
      `Un nouveau mot de passe a été demandé pour le compte Admin Portal de ${person}.`,
      { link, label: 'Réinitialiser le mot de passe' },
      LINK_RULES,
      NOT_YOU,
    ]),
  invitation: ({ organization, invitedBy }, { home, link }) =>
    letter(home, 'Vous êtes invité à rejoindre un organisme dans Admin Portal', [
      `${invitedBy} vous invite à rejoindre l’organisme ${organization} dans Admin Portal, où se trouvent ses abonnements et ses clés produit.`,
      { link, label: 'Accepter l’invitation' },
      LINK_RULES,
      NOT_YOU,
    ]),
};
