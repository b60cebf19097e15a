/** Mails to users in French: activation, reset and invitation links, and wrong codes. */
import type { Letters } from '../mail/mail-kind.ts';
import { LINK_RULES, NOT_YOU, letter } from '../mail/phrases-fr.ts';
import type { userMails } from './mails.ts';

export const french: Letters<typeof userMails> = {
  activation: ({ name, organization, user }, { home, link }) =>
    letter(home, `Activez votre domaine ${name}`, [
      `Le domaine ${name} (${organization}) a été créé avec cette adresse e-mail.`,
      'Pour l’activer, ouvrez la page ci-dessous, saisissez le mot de passe choisi à l’inscription et cliquez sur Activer. L’évaluation gratuite de 30 jours commence alors.',
      { link, label: `Activer ${name}` },
      `${LINK_RULES} Une fois le domaine activé, connectez-vous avec le nom d’utilisateur ${user}.`,
      NOT_YOU,
    ]),
  reset: ({ name, organization, user }, { home, link }) =>
    letter(home, `Choisissez un nouveau mot de passe pour ${user}`, [
      `Un nouveau mot de passe a été demandé pour l’utilisateur ${user} du domaine ${name} (${organization}).`,
      { link, label: 'Réinitialiser le mot de passe' },
      `${LINK_RULES} Le changement de mot de passe met fin à toutes les sessions de cet utilisateur.`,
      NOT_YOU,
    ]),
  invitation: ({ name, organization, user, invitedBy }, { home, link }) =>
    letter(home, `Vous êtes invité à rejoindre le domaine ${name}`, [
      `${invitedBy} vous invite à rejoindre le domaine ${name} (${organization}), où sont gérés des écrans interactifs. Votre nom d’utilisateur sera ${user}.`,
      'Pour accepter, ouvrez la page ci-dessous et choisissez un mot de passe.',
      { link, label: 'Accepter l’invitation' },
      LINK_RULES,
      NOT_YOU,
    ]),
  wrongCodes: ({ user, codes }, { home }) =>
    letter(home, `Codes de second facteur erronés pour ${user}`, [
      `Quelqu’un a saisi le bon mot de passe de l’utilisateur ${user}, puis ${codes} codes de second facteur erronés. L’accès a été refusé. Les prochaines tentatives devront attendre, une heure au plus.`,
      'Si ce n’était pas vous, quelqu’un connaît votre mot de passe. Choisissez-en un autre dès maintenant :',
      { link: `${home}/forgot`, label: 'Choisir un nouveau mot de passe' },
      'Si c’était vous, vérifiez que l’horloge de votre téléphone est à l’heure, patientez, puis saisissez le code que l’application affiche alors, ou un code de secours.',
    ]),
};
