import type { Block, Letter } from './letter.ts';
import { alertsFrench } from './alerts-fr.ts';
import type { Letters } from './letters.ts';

const moment = new Intl.DateTimeFormat('fr-FR', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
const day = new Intl.DateTimeFormat('fr-FR', { dateStyle: 'long', timeZone: 'UTC' });
const whole = new Intl.NumberFormat('fr-FR');
const creditsOf = (count: number): string => (count === 1 ? '1 crédit' : `${whole.format(count)} crédits`);
const days = (count: number): string => (count === 1 ? '1 jour' : `${count} jours`);

const LINK_RULES = 'Le lien est valable 48 heures et une seule fois ; un e-mail plus récent l’annule.';
const NOT_YOU = 'Si vous n’attendiez pas cet e-mail, ne faites rien : rien ne change.';

function letter(home: string, subject: string, blocks: readonly Block[]): Letter {
  return {
    subject,
    blocks: ['Bonjour,', ...blocks, `Cet e-mail a été envoyé par Rollcall, ${home}. Les réponses ne sont pas lues.`],
  };
}

function redeeming(home: string): Block {
  return {
    steps: [
      `Connectez-vous à votre domaine sur ${home}.`,
      'Cliquez sur l’icône Utilisateur, puis sélectionnez Facturation.',
      'Saisissez la clé produit dans la case Numéro du code PIN, puis cliquez sur Utiliser.',
    ],
  };
}

export const french: Letters = {
  activation: ({ name, organization, user }, { home, link }) =>
    letter(home, `Activez votre domaine ${name}`, [
      `Le domaine ${name} (${organization}) a été créé avec cette adresse e-mail.`,
      'Pour l’activer, ouvrez la page ci-dessous, saisissez le mot de passe choisi à l’inscription et cliquez sur Activer. L’évaluation gratuite de 30 jours commence alors.',
      { link, label: `Activer ${name}` },
      `${LINK_RULES} Une fois le domaine activé, connectez-vous en tant que ${user}.`,
      NOT_YOU,
    ]),
  reset: ({ name, organization, user }, { home, link }) =>
    letter(home, `Choisissez un nouveau mot de passe pour ${user}`, [
      `Un nouveau mot de passe a été demandé pour l’utilisateur ${user} du domaine ${name} (${organization}).`,
      { link, label: 'Réinitialiser le mot de passe' },
      `${LINK_RULES} Le nouveau mot de passe met fin à toutes les sessions de cet utilisateur.`,
      NOT_YOU,
    ]),
  invitation: ({ name, organization, user, invitedBy }, { home, link }) =>
    letter(home, `Vous êtes invité dans le domaine ${name}`, [
      `${invitedBy} vous invite dans le domaine ${name} (${organization}), où sont gérés des écrans interactifs. Vous vous connecterez en tant que ${user}.`,
      'Pour accepter, ouvrez la page ci-dessous et choisissez un mot de passe.',
      { link, label: 'Accepter l’invitation' },
      LINK_RULES,
      NOT_YOU,
    ]),
  'portal-activation': ({ person }, { home, link }) =>
    letter(home, 'Activez votre compte Admin Portal', [
      `Un compte Admin Portal a été créé pour ${person} avec cette adresse e-mail.`,
      'Pour l’activer, ouvrez la page ci-dessous, saisissez le mot de passe choisi à l’inscription et cliquez sur Activer.',
      { link, label: 'Activer le compte' },
      LINK_RULES,
      NOT_YOU,
    ]),
  'portal-reset': ({ person }, { home, link }) =>
    letter(home, 'Choisissez un nouveau mot de passe pour Admin Portal', [
      `Un nouveau mot de passe a été demandé pour le compte Admin Portal de ${person}.`,
      { link, label: 'Réinitialiser le mot de passe' },
      LINK_RULES,
      NOT_YOU,
    ]),
  'portal-invitation': ({ organization, invitedBy }, { home, link }) =>
    letter(home, 'Vous êtes invité dans un organisme d’Admin Portal', [
      `${invitedBy} vous invite dans l’organisme ${organization} d’Admin Portal, où se trouvent ses abonnements et ses clés produit.`,
      { link, label: 'Accepter l’invitation' },
      LINK_RULES,
      NOT_YOU,
    ]),
  'product-key': ({ credits }, { home, key }) =>
    letter(home, `Votre clé produit : ${creditsOf(credits)}`, [
      `Cette clé produit apporte ${creditsOf(credits)}. Un crédit correspond à un appareil géré pendant un jour.`,
      { code: key },
      'Pour récupérer ses crédits :',
      redeeming(home),
      'La clé ne peut être utilisée qu’une fois, par un seul domaine : quiconque la détient peut s’en servir. Si vous rencontrez des problèmes lors de l’échange des crédits, contactez l’assistance.',
    ]),
  'trial-ending': ({ name, days: left, trialEndsAt }, { home }) =>
    letter(home, `L’évaluation de ${name} se termine dans ${days(left)}`, [
      `L’évaluation gratuite de 30 jours du domaine ${name} se termine le ${moment.format(trialEndsAt)} UTC.`,
      'Pour continuer ensuite, récupérez des crédits : inscrivez un écran livré avec des crédits, ou achetez des crédits auprès d’un revendeur et utilisez la clé produit :',
      redeeming(home),
      'Sans crédits, vos appareils restent inscrits et leurs signaux sont enregistrés, mais les autres modifications attendent l’arrivée de crédits.',
    ]),
  ...alertsFrench,
  'webhook-off': ({ name, host, reason }, { home }) =>
    letter(home, `Un webhook de ${name} a été désactivé`, [
      reason === 'gone'
        ? `Le serveur ${host} a répondu qu’il ne veut plus d’événements du domaine ${name} ; son webhook a donc été désactivé.`
        : `Le serveur ${host} n’a pris aucun événement du domaine ${name} pendant 5 jours ; son webhook a donc été désactivé.`,
      'Ce qui se passe tant qu’il est désactivé n’est pas envoyé plus tard. Corrigez le serveur, envoyez un test sous Webhooks, puis activez-le.',
      { link: `${home}/webhooks`, label: 'Ouvrir les webhooks' },
    ]),
  'wrong-codes': ({ user, codes }, { home }) =>
    letter(home, `Codes erronés du second facteur pour ${user}`, [
      `Quelqu’un a saisi le bon mot de passe de l’utilisateur ${user}, puis ${codes} codes erronés du second facteur. L’accès a été refusé. Les prochains codes devront attendre, une heure au plus.`,
      'Si ce n’était pas vous, quelqu’un connaît votre mot de passe. Choisissez-en un autre dès maintenant :',
      { link: `${home}/forgot`, label: 'Choisir un nouveau mot de passe' },
      'Si c’était vous, vérifiez que l’horloge de votre téléphone est à l’heure, patientez, puis saisissez le code que l’application affiche alors, ou un code de secours.',
    ]),
  'domain-closing': ({ name, closesAt, askedBy }, { home }) =>
    letter(home, `Le domaine ${name} sera fermé le ${day.format(closesAt)}`, [
      `${askedBy} a demandé la fermeture du domaine ${name}. Il sera fermé le ${moment.format(closesAt)} UTC : ses appareils seront désinscrits, plus personne ne pourra se connecter et ses crédits seront perdus.`,
      'D’ici là, un administrateur du domaine peut annuler cette demande dans Paramètres :',
      { link: home, label: 'Se connecter' },
    ]),
};
