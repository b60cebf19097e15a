import { entry } from './error-entry.ts';

/** HTTP API codes not listed elsewhere (protocol.md §4). */
export const apiErrors = {
  'invalid-request': entry(
    400,
    ['The request is not valid at this address.', 'Check it against /api/docs.'],
    ["La requête n'est pas valable à cette adresse.", 'Comparez-la avec /api/docs.'],
  ),
  'signed-out': entry(
    401,
    ['You are signed out.', 'Sign in and try again.'],
    ['Vous êtes déconnecté.', 'Connectez-vous et réessayez.'],
  ),
  'sign-in-failed': entry(
    401,
    ['The user name or password is wrong.', 'Check both and try again.'],
    ["Nom d'utilisateur ou mot de passe incorrect.", 'Vérifiez les deux et réessayez.'],
  ),
  'second-factor-required': entry(
    401,
    ['A second-factor code is also required.', 'Type the code that your app shows, or a recovery code.'],
    ['Un code de second facteur est également requis.', "Saisissez le code affiché par l'application, ou un code de secours."],
  ),
  'second-factor-wrong': entry(
    401,
    ['This code is not valid.', 'Wait for the next code in your app, or use a recovery code; each code works only once.'],
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
    ['This password is too easy to guess.', 'Choose one that is not a name, an e-mail address or a common word.'],
    ['Ce mot de passe est trop facile à deviner.', "Choisissez-en un qui n'est ni un nom, ni un e-mail, ni un mot courant."],
  ),
  'link-not-valid': entry(
    422,
    ['This link is no longer valid.', 'Use the newest e-mail, or ask for another one.'],
    ["Ce lien n'est plus valable.", "Utilisez l'e-mail le plus récent, ou demandez-en un autre."],
  ),
  forbidden: entry(
    403,
    ['You are not allowed to do this.', 'Ask an admin of your domain.'],
    ["Vous n'êtes pas autorisé à faire cela.", 'Demandez à un administrateur de votre domaine.'],
  ),
  'origin-refused': entry(
    403,
    ['The request came from another site.', 'Use the console’s own address.'],
    ["La requête vient d'un autre site.", "Utilisez l'adresse de la console."],
  ),
  'too-many-waiting': entry(
    409,
    [
      'Too many commands are waiting for this device.',
      'Wait until it has connected and carried them out, or until they expire after 24 hours.',
    ],
    [
      'Trop de commandes attendent cet appareil.',
      "Attendez qu'il se soit connecté et les ait exécutées, ou qu'elles expirent au bout de 24 heures.",
    ],
  ),
  'not-found': entry(
    404,
    ['Nothing was found here.', 'Check the address or reload the list.'],
    ["Rien n'a été trouvé ici.", "Vérifiez l'adresse ou rechargez la liste."],
  ),
  conflict: entry(
    409,
    ['Another change came first.', 'Reload and check the current state.'],
    ['Une autre modification a été faite avant.', "Rechargez et vérifiez l'état actuel."],
  ),
  'last-domain-admin': entry(
    409,
    ['The last domain admin can neither be removed nor given a lower role.', 'Make someone else a domain admin first.'],
    [
      'Le dernier administrateur du domaine ne peut être ni retiré ni rétrogradé.',
      "Nommez d'abord un autre administrateur du domaine.",
    ],
  ),
  'key-mistyped': entry(
    422,
    ['Typing error in this key.', 'Compare it with your e-mail, character by character.'],
    ['Erreur de saisie dans cette clé.', 'Comparez-la avec votre e-mail, caractère par caractère.'],
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
    ['This claim code has already been used.', 'Contact support.'],
    ['Ce code de revendication a déjà été utilisé.', "Contactez l'assistance."],
  ),
  'invoice-not-claimable': entry(
    422,
    [
      'Nothing on this invoice can be claimed.',
      'Check its lines in the register: they must be `product-key` boards with credits and a purchase date.',
    ],
    [
      'Rien sur cette facture ne peut être revendiqué.',
      "Vérifiez ses lignes dans le registre : il faut des écrans `product-key` avec des crédits et une date d'achat.",
    ],
  ),
  'webhook-address': entry(
    422,
    [
      'Webhooks are not sent to this address.',
      'Use https, port 443 or 8443, no user name or password, and a server that can be reached from the internet.',
    ],
    [
      'Les webhooks ne sont pas envoyés à cette adresse.',
      'Utilisez https, le port 443 ou 8443, sans utilisateur ni mot de passe, et un serveur accessible depuis Internet.',
    ],
  ),
  'last-organization-admin': entry(
    409,
    ['The last admin of the organization can neither be removed nor given a lower role.', 'Make someone else an admin first.'],
    ["Le dernier administrateur de l'organisme ne peut être ni retiré ni rétrogradé.", "Nommez d'abord un autre administrateur."],
  ),
  'name-taken': entry(
    422,
    ['This name is taken.', 'Choose another name.'],
    ['Ce nom est déjà pris.', 'Choisissez un autre nom.'],
  ),
  'name-not-typed': entry(
    422,
    ['This is not the domain’s name.', 'Type the name exactly as it is shown above.'],
    ['Ce n’est pas le nom du domaine.', 'Saisissez le nom exactement comme il est affiché ci-dessus.'],
  ),
  'name-invalid': entry(
    422,
    ['A name must have 3 to 32 lowercase letters or digits.', 'Choose another name.'],
    ['Un nom doit comporter de 3 à 32 lettres minuscules ou chiffres.', 'Choisissez un autre nom.'],
  ),
} as const;
