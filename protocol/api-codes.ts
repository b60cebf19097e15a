import { entry } from './error-entry.ts';

/** Codes of the HTTP API beside those above (protocol.md §4). */
export const apiErrors = {
  'invalid-request': entry(
    400,
    ['The request is not what this address expects.', 'Compare it with /api/docs.'],
    ["La requête n'est pas celle que cette adresse attend.", 'Comparez-la avec /api/docs.'],
  ),
  'signed-out': entry(
    401,
    ['You are signed out.', 'Sign in and try again.'],
    ['Vous êtes déconnecté.', 'Connectez-vous et réessayez.'],
  ),
  'sign-in-failed': entry(
    401,
    ['User or password is wrong.', 'Check both and try again.'],
    ['Utilisateur ou mot de passe incorrect.', 'Vérifiez les deux et réessayez.'],
  ),
  'second-factor-required': entry(
    401,
    ['A code of your second factor is needed too.', 'Type the code that your app shows, or a recovery code.'],
    ['Un code du second facteur est aussi nécessaire.', "Saisissez le code affiché par l'application, ou un code de secours."],
  ),
  'second-factor-wrong': entry(
    401,
    ['This code is not valid.', 'Wait for the next code of your app, or use a recovery code; each is good once.'],
    [
      "Ce code n'est pas valide.",
      "Attendez le prochain code de l'application, ou utilisez un code de secours ; chacun ne sert qu'une fois.",
    ],
  ),
  'password-wrong': entry(
    422,
    ['The password is wrong.', 'Check it and try again.'],
    ['Le mot de passe est incorrect.', 'Vérifiez-le et réessayez.'],
  ),
  'password-weak': entry(
    422,
    ['This password is too easy to guess.', 'Choose one that is no name, no e-mail and no common word.'],
    ['Ce mot de passe est trop facile à deviner.', "Choisissez-en un qui n'est ni un nom, ni un e-mail, ni un mot courant."],
  ),
  'link-not-valid': entry(
    422,
    ['This link is not valid any more.', 'Use the newest mail, or ask for another one.'],
    ["Ce lien n'est plus valable.", "Utilisez l'e-mail le plus récent, ou demandez-en un autre."],
  ),
  forbidden: entry(
    403,
    ['You may not do this.', 'Ask an admin of your domain.'],
    ["Vous n'avez pas le droit de faire cela.", 'Demandez à un administrateur de votre domaine.'],
  ),
  'origin-refused': entry(
    403,
    ['The request came from another site.', 'Use the console’s own address.'],
    ["La requête vient d'un autre site.", "Utilisez l'adresse de la console."],
  ),
  'too-many-waiting': entry(
    409,
    ['Too many commands wait for this device.', 'Wait until it was there and did them, or until they expire after 24 hours.'],
    [
      'Trop de commandes attendent cet appareil.',
      "Attendez qu'il se soit connecté et les ait exécutées, ou qu'elles expirent au bout de 24 heures.",
    ],
  ),
  'not-found': entry(
    404,
    ['There is no such thing here.', 'Check the address or reload the list.'],
    ["Cela n'existe pas ici.", "Vérifiez l'adresse ou rechargez la liste."],
  ),
  conflict: entry(
    409,
    ['Somebody or something else was faster.', 'Reload and look at the present state.'],
    ['Une autre modification a été plus rapide.', "Rechargez et regardez l'état actuel."],
  ),
  'last-domain-admin': entry(
    409,
    ['The last domain admin can be neither removed nor lowered.', 'Make somebody else a domain admin first.'],
    [
      'Le dernier administrateur du domaine ne peut être ni retiré ni rétrogradé.',
      "Nommez d'abord un autre administrateur du domaine.",
    ],
  ),
  'key-mistyped': entry(
    422,
    ['Typing error in this key.', 'Compare it with your mail, symbol by symbol.'],
    ['Erreur de saisie dans cette clé.', 'Comparez-la avec votre e-mail, symbole par symbole.'],
  ),
  'key-not-valid': entry(
    422,
    ['This key is not valid.', 'Contact your reseller or support.'],
    ["Cette clé n'est pas valide.", "Contactez votre revendeur ou l'assistance."],
  ),
  'key-already-redeemed': entry(
    422,
    ['Already used here.', 'Nothing to do: its credits are in Billing History.'],
    ['Déjà utilisée ici.', 'Rien à faire : ses crédits sont dans Histoire de facturation.'],
  ),
  'claim-not-valid': entry(
    422,
    ['This claim code is not valid.', 'Compare it with your invoice.'],
    ["Ce code de revendication n'est pas valide.", 'Comparez-le avec votre facture.'],
  ),
  'claim-expired': entry(
    422,
    ['Activation error: not claimed within a year of purchase.', 'Buy a standalone licence.'],
    ["Erreur d'activation : non revendiqué dans l'année suivant l'achat.", 'Achetez une licence autonome.'],
  ),
  'claim-taken': entry(
    422,
    ['This claim code was already claimed.', 'Contact support.'],
    ['Ce code de revendication a déjà été utilisé.', "Contactez l'assistance."],
  ),
  'invoice-not-claimable': entry(
    422,
    [
      'Nothing of this invoice can be claimed.',
      'Look at its lines in the register: `product-key` boards with credits and a purchase date.',
    ],
    [
      'Rien de cette facture ne peut être revendiqué.',
      "Regardez ses lignes dans le registre : des écrans `product-key` avec des crédits et une date d'achat.",
    ],
  ),
  'webhook-address': entry(
    422,
    [
      'Webhooks are not sent to this address.',
      'Use https, port 443 or 8443, without user and password, and a server that the internet reaches.',
    ],
    [
      'Les webhooks ne sont pas envoyés à cette adresse.',
      'Utilisez https, le port 443 ou 8443, sans utilisateur ni mot de passe, et un serveur accessible depuis Internet.',
    ],
  ),
  'last-organization-admin': entry(
    409,
    ['The last admin of the organization can be neither removed nor lowered.', 'Make somebody else an admin first.'],
    ["Le dernier administrateur de l'organisme ne peut être ni retiré ni rétrogradé.", "Nommez d'abord un autre administrateur."],
  ),
  'name-taken': entry(
    422,
    ['This name is taken.', 'Choose another name.'],
    ['Ce nom est déjà pris.', 'Choisissez un autre nom.'],
  ),
  'name-not-typed': entry(
    422,
    ['This is not the domain’s name.', 'Type the name exactly as it stands above.'],
    ['Ce n’est pas le nom du domaine.', 'Saisissez le nom exactement comme il figure ci-dessus.'],
  ),
  'name-invalid': entry(
    422,
    ['A name has 3 to 32 lowercase letters or digits.', 'Choose another name.'],
    ['Un nom a de 3 à 32 lettres minuscules ou chiffres.', 'Choisissez un autre nom.'],
  ),
} as const;
