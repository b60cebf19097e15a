/**
 * Every code that the product answers with: one sentence and one next step, in English and French (E11, A1).
 * The device, the console, the API and the command line all take their words from here.
 */
export type Language = 'en' | 'fr';
export interface Words {
  message: string;
  next: string;
}
interface ErrorEntry {
  /** HTTP status where the API answers with this code; null where only devices see it. */
  httpStatus: number | null;
  en: Words;
  fr: Words;
}

const entry = (httpStatus: number | null, en: [string, string], fr: [string, string]): ErrorEntry => ({
  httpStatus,
  en: { message: en[0], next: en[1] },
  fr: { message: fr[0], next: fr[1] },
});

/** Codes of the device protocol: refusals first, then the two reasons to wait (protocol.md §1). */
const deviceErrors = {
  unenrolled: entry(
    null,
    ['This display was unenrolled from the domain.', 'Start an enrolment on the display if it should come back.'],
    ['Cet écran a été désinscrit du domaine.', "Lancez une inscription sur l'écran s'il doit revenir."],
  ),
  'key-in-use': entry(
    null,
    [
      'This device key already belongs to a display with another serial number.',
      'Delete the agent’s state on this display and enrol again.',
    ],
    [
      "Cette clé d'appareil appartient déjà à un écran d'un autre numéro de série.",
      "Supprimez l'état de l'agent sur cet écran et inscrivez-le à nouveau.",
    ],
  ),
  'invalid-message': entry(
    null,
    ['The service could not read the message.', 'Update the agent on the display.'],
    ["Le service n'a pas pu lire le message.", "Mettez à jour l'agent sur l'écran."],
  ),
  'protocol-unsupported': entry(
    null,
    ['The service does not speak this version of the protocol.', 'Update the agent on the display.'],
    ['Le service ne parle pas cette version du protocole.', "Mettez à jour l'agent sur l'écran."],
  ),
  'domain-unknown': entry(
    null,
    ['No such active domain.', 'Check the spelling.'],
    ['Domaine introuvable ou inactif.', "Vérifiez l'orthographe."],
  ),
  'domain-disabled': entry(
    409,
    ['The domain has no credits left.', 'Redeem a product key in Billing, then try again.'],
    ['Le domaine n’a plus de crédits.', 'Utilisez une clé produit dans Facturation, puis réessayez.'],
  ),
  'pairing-code-required': entry(
    null,
    ['This domain asks for a pairing code.', 'Ask your admin for the pairing code and type it.'],
    ['Ce domaine demande un code de jumelage.', 'Demandez le code de jumelage à votre administrateur et saisissez-le.'],
  ),
  'pairing-code-wrong': entry(null, ['Wrong code.', 'Ask your admin.'], ['Code incorrect.', 'Demandez à votre administrateur.']),
  'proof-invalid': entry(
    null,
    ['The display could not prove that it holds its key in time.', 'Try again; if it fails again, restart the display.'],
    ["L'écran n'a pas pu prouver à temps qu'il détient sa clé.", "Réessayez ; si l'échec persiste, redémarrez l'écran."],
  ),
  'attestation-required': entry(
    null,
    [
      'This display was built with a factory key and must sign with it.',
      'Update the agent on the display, or contact support with the serial number.',
    ],
    [
      "Cet écran a été fabriqué avec une clé d'usine et doit signer avec elle.",
      "Mettez à jour l'agent sur l'écran, ou contactez l'assistance avec le numéro de série.",
    ],
  ),
  'attestation-failed': entry(
    null,
    ['The factory key’s signature does not fit this serial number.', 'Contact support with the serial number.'],
    ["La signature de la clé d'usine ne correspond pas à ce numéro de série.", "Contactez l'assistance avec le numéro de série."],
  ),
  'enrolled-elsewhere': entry(
    null,
    ['This display is enrolled in another domain.', 'Another domain must unenrol it first.'],
    ['Cet écran est inscrit dans un autre domaine.', "Un autre domaine doit d'abord le désinscrire."],
  ),
  blocked: entry(
    null,
    ['An admin rejected this display.', 'Ask your admin to lift the block.'],
    ['Un administrateur a refusé cet écran.', 'Demandez à votre administrateur de lever le blocage.'],
  ),
  busy: entry(
    429,
    ['Many at once.', 'Wait a moment; the next try comes by itself.'],
    ['Trop de demandes à la fois.', 'Patientez un instant ; le prochain essai se fait tout seul.'],
  ),
  internal: entry(
    500,
    ['The service failed.', 'Try again; if it fails again, contact support with the correlation id.'],
    ['Le service a échoué.', "Réessayez ; si l'échec persiste, contactez l'assistance avec l'identifiant de corrélation."],
  ),
  'awaiting-approval': entry(
    null,
    ['Waiting for an admin’s approval.', 'Ask your admin to approve it in Devices; compare the check code.'],
    [
      "En attente d'approbation par un administrateur.",
      "Demandez à votre administrateur de l'approuver dans Appareils ; comparez le code de contrôle.",
    ],
  ),
  'key-changed': entry(
    null,
    [
      'A display with this serial number is already enrolled with another key.',
      'Ask your admin whether it was replaced or cloned; compare the check code.',
    ],
    [
      'Un écran de ce numéro de série est déjà inscrit avec une autre clé.',
      "Demandez à votre administrateur s'il a été remplacé ou cloné ; comparez le code de contrôle.",
    ],
  ),
} as const;

/** Codes of the HTTP API beside those above (protocol.md §4). */
const apiErrors = {
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
    ['Nothing of this invoice can be claimed.', 'Look at its lines in the register: `product-key` boards with credits and a purchase date.'],
    [
      'Rien de cette facture ne peut être revendiqué.',
      "Regardez ses lignes dans le registre : des écrans `product-key` avec des crédits et une date d'achat.",
    ],
  ),
  'last-organization-admin': entry(
    409,
    ['The last admin of the organization can be neither removed nor lowered.', 'Make somebody else an admin first.'],
    [
      "Le dernier administrateur de l'organisme ne peut être ni retiré ni rétrogradé.",
      "Nommez d'abord un autre administrateur.",
    ],
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

/** Codes that only the command lines and the agent itself answer with. */
const localErrors = {
  'discovery-untrusted': entry(
    null,
    ['The service’s address is not https, so what it says of itself cannot be trusted.', 'Set ROLLCALL_URL to an https address.'],
    [
      "L'adresse du service n'est pas en https ; ce qu'il dit de lui-même n'est pas digne de confiance.",
      'Donnez à ROLLCALL_URL une adresse https.',
    ],
  ),
  unreachable: entry(
    null,
    ['The service cannot be reached.', 'Check the network, and that the service’s address and port are allowed.'],
    ['Le service est injoignable.', "Vérifiez le réseau, et que l'adresse et le port du service sont autorisés."],
  ),
  'not-enrolled': entry(
    null,
    ['This display is not enrolled.', 'Run `rollcall-agent enroll --domain NAME`.'],
    ["Cet écran n'est pas inscrit.", 'Lancez `rollcall-agent enroll --domain NOM`.'],
  ),
  'folder-in-use': entry(
    null,
    ['Another process is using this data folder.', 'Stop it, or choose another folder with ROLLCALL_DATA.'],
    ['Un autre processus utilise ce dossier de données.', 'Arrêtez-le, ou choisissez un autre dossier avec ROLLCALL_DATA.'],
  ),
  'ca-key-missing': entry(
    null,
    [
      'This data folder has devices but no CA key, so none of them could get in.',
      'Put keys/ca.key and keys/ca.crt back from a backup.',
    ],
    [
      'Ce dossier de données a des appareils mais pas de clé de CA : aucun ne pourrait entrer.',
      'Remettez keys/ca.key et keys/ca.crt depuis une sauvegarde.',
    ],
  ),
  'port-in-use': entry(
    null,
    [
      'Another program listens on this address and port.',
      'Stop it, or choose another port in the settings; port 0 takes a free one.',
    ],
    [
      'Un autre programme écoute sur cette adresse et ce port.',
      'Arrêtez-le, ou choisissez un autre port dans les réglages ; le port 0 en prend un libre.',
    ],
  ),
  'folder-not-empty': entry(
    null,
    ['The data folder is not empty.', 'Choose an empty folder with ROLLCALL_DATA; nothing was changed.'],
    ["Le dossier de données n'est pas vide.", "Choisissez un dossier vide avec ROLLCALL_DATA ; rien n'a été modifié."],
  ),
  'backup-damaged': entry(
    null,
    ['This file is not a whole backup.', 'Take another backup; nothing was changed.'],
    ["Ce fichier n'est pas une sauvegarde complète.", "Prenez une autre sauvegarde ; rien n'a été modifié."],
  ),
  'backup-failed': entry(
    409,
    ['The backup could not be made.', 'Choose a new file in a folder that the service may write to.'],
    ["La sauvegarde n'a pas pu être faite.", 'Choisissez un nouveau fichier, dans un dossier où le service peut écrire.'],
  ),
  'restore-unfinished': entry(
    null,
    ['A restore into this data folder was interrupted.', 'Run `rollcall restore FILE` again.'],
    ['Une restauration dans ce dossier de données a été interrompue.', 'Relancez `rollcall restore FICHIER`.'],
  ),
  'settings-invalid': entry(
    null,
    ['A setting is not valid.', 'Correct the setting that is named and start again.'],
    ["Un réglage n'est pas valide.", 'Corrigez le réglage nommé et relancez.'],
  ),
} as const;

export const errors = { ...deviceErrors, ...apiErrors, ...localErrors } satisfies Record<string, ErrorEntry>;

export type DeviceCode = keyof typeof deviceErrors;
export type PendingCode = 'awaiting-approval' | 'key-changed';
export type RejectedCode = Exclude<DeviceCode, PendingCode>;
export type ErrorCode = keyof typeof errors;

/** Refusals that a device may try again by itself; all others wait for a person (protocol.md §1). */
export const retryableCodes: ReadonlySet<RejectedCode> = new Set([
  'busy',
  'internal',
  'domain-disabled',
  'enrolled-elsewhere',
] as const);

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errors, code);
}

export function wordsOf(code: ErrorCode, language: Language): Words {
  return errors[code][language];
}

/** A refusal anywhere on the cloud's side: the code names the sentence; `details` never hold a secret. */
export class RollcallError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, details?: Record<string, unknown>) {
    super(`${code}: ${errors[code].en.message}`);
    this.name = 'RollcallError';
    this.code = code;
    this.details = details;
  }
}
