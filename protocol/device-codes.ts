import { entry } from './error-entry.ts';

/** Codes of the device protocol: refusals first, then the two reasons for waiting (protocol.md §1). */
export const deviceErrors = {
  unenrolled: entry(
    null,
    ['This display was unenrolled from the domain.', 'To enrol it again, start an enrolment on the display.'],
    ['Cet écran a été désinscrit du domaine.', "Pour l'inscrire à nouveau, lancez une inscription sur l'écran."],
  ),
  'key-in-use': entry(
    null,
    [
      'This device key already belongs to a display with another serial number.',
      'Delete the agent’s state on this display and enrol again.',
    ],
    [
      "Cette clé d'appareil appartient déjà à un écran portant un autre numéro de série.",
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
    ['The service does not support this version of the protocol.', 'Update the agent on the display.'],
    ['Le service ne prend pas en charge cette version du protocole.', "Mettez à jour l'agent sur l'écran."],
  ),
  'domain-unknown': entry(
    null,
    ['No such active domain.', 'Check the spelling. A domain name contains only a–z and 0–9.'],
    [
      'Domaine introuvable ou inactif.',
      "Vérifiez l'orthographe. Un nom de domaine ne contient que des lettres a–z et des chiffres 0–9.",
    ],
  ),
  'domain-disabled': entry(
    409,
    ['The domain has no credits left.', 'Redeem a product key in Billing, then try again.'],
    ['Le domaine n’a plus de crédits.', 'Utilisez une clé produit dans Facturation, puis réessayez.'],
  ),
  'pairing-code-required': entry(
    null,
    ['This domain requires a pairing code.', 'Ask your admin for the pairing code and type it.'],
    ['Ce domaine demande un code de jumelage.', 'Demandez le code de jumelage à votre administrateur et saisissez-le.'],
  ),
  'pairing-code-wrong': entry(null, ['Wrong code.', 'Ask your admin.'], ['Code incorrect.', 'Demandez à votre administrateur.']),
  'proof-invalid': entry(
    null,
    ['The display could not prove in time that it holds its key.', 'Try again; if it fails again, restart the display.'],
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
    ['The factory key’s signature does not match this serial number.', 'Contact support with the serial number.'],
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
    ['Many at once.', 'Wait a moment; the next attempt is automatic.'],
    ['Trop de demandes à la fois.', 'Patientez un instant ; la prochaine tentative est automatique.'],
  ),
  internal: entry(
    500,
    ['The service encountered an error.', 'Try again; if it fails again, contact support with the correlation id.'],
    [
      'Le service a rencontré une erreur.',
      "Réessayez ; si l'échec persiste, contactez l'assistance avec l'identifiant de corrélation.",
    ],
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
      'A display with this serial number is already enrolled with a different key.',
      'Ask your admin whether it was replaced or cloned; compare the check code.',
    ],
    [
      'Un écran portant ce numéro de série est déjà inscrit avec une autre clé.',
      "Demandez à votre administrateur s'il a été remplacé ou cloné ; comparez le code de contrôle.",
    ],
  ),
} as const;
