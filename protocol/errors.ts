/**
 * Every code that the product returns: one message and one next step, in English and French (E11, A1). The device, the console, the API and the
 * command line all take their texts from here.
 */
import { apiErrors } from './api-codes.ts';
import { deviceErrors } from './device-codes.ts';
import { faultErrors } from './fault-codes.ts';
import { entry, type ErrorEntry, type Language, type Words } from './error-entry.ts';
import { networkErrors } from './network-codes.ts';

export type { Language, Words } from './error-entry.ts';

/** Codes returned only by the command lines and the agent itself. */
const localErrors = {
  'discovery-untrusted': entry(
    null,
    [
      'The service’s address is not https, so what it says about itself cannot be trusted.',
      'Set ROLLCALL_URL to an https address.',
    ],
    [
      "L'adresse du service n'est pas en https ; ce qu'il dit de lui-même n'est pas digne de confiance.",
      'Donnez à ROLLCALL_URL une adresse https.',
    ],
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
  'folder-not-private': entry(
    null,
    [
      'This data folder does not belong to this user alone, so whatever answers there cannot be trusted.',
      'Run the command as the user that the service runs as. The folder and everything in it must belong to that user, with mode 0700.',
    ],
    [
      "Ce dossier de données n'appartient pas à cet utilisateur seul ; ce qui y répond n'est pas digne de confiance.",
      "Lancez la commande avec l'utilisateur du service. Le dossier et tout son contenu doivent appartenir à celui-ci, avec le mode 0700.",
    ],
  ),
  'state-in-use': entry(
    null,
    [
      'Another agent is using this state folder and does not answer.',
      'Stop it (`systemctl stop rollcall-agent`), or choose another folder with ROLLCALL_STATE.',
    ],
    [
      "Un autre agent utilise ce dossier d'état et ne répond pas.",
      'Arrêtez-le (`systemctl stop rollcall-agent`), ou choisissez un autre dossier avec ROLLCALL_STATE.',
    ],
  ),
  'state-forbidden': entry(
    null,
    [
      'This user does not have access to the agent’s state folder.',
      'Run the same command with sudo, or as the user that the agent runs as; ROLLCALL_STATE names the folder.',
    ],
    [
      "Cet utilisateur n'a pas accès au dossier d'état de l'agent.",
      "Lancez la même commande avec sudo, ou sous le compte de l'agent ; ROLLCALL_STATE nomme le dossier.",
    ],
  ),
  'folder-not-writable': entry(
    null,
    [
      'The display cannot write to the folder where it keeps its state.',
      'Free some space on its disk, or let the agent write to the named folder, and try again.',
    ],
    [
      "L'écran ne peut pas écrire dans le dossier où il conserve son état.",
      "Libérez de l'espace sur son disque, ou permettez à l'agent d'écrire dans le dossier indiqué, puis réessayez.",
    ],
  ),
  'ca-key-missing': entry(
    null,
    [
      'This data folder has devices but no CA key, so none of them could connect.',
      'Restore keys/ca.key and keys/ca.crt from a backup.',
    ],
    [
      'Ce dossier de données a des appareils mais pas de clé de CA : aucun ne pourrait se connecter.',
      'Restaurez keys/ca.key et keys/ca.crt depuis une sauvegarde.',
    ],
  ),
  'port-in-use': entry(
    null,
    [
      'Another program is listening on this address and port.',
      'Stop it, or choose another port in the settings; port 0 picks a free one.',
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
    ['This file is not a complete backup.', 'Use another backup; nothing was changed.'],
    ["Ce fichier n'est pas une sauvegarde complète.", "Utilisez une autre sauvegarde ; rien n'a été modifié."],
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
  'file-refused': entry(
    null,
    [
      'The file cannot be imported, and none of it was.',
      'Correct the problems named, in the file or its first line, and import it again.',
    ],
    [
      "Le fichier ne peut pas être importé, et rien ne l'a été.",
      'Corrigez les problèmes indiqués, dans le fichier ou sa première ligne, et importez-le de nouveau.',
    ],
  ),
  'settings-invalid': entry(
    null,
    ['A setting is not valid.', 'Correct the named setting and start again.'],
    ["Un réglage n'est pas valide.", 'Corrigez le réglage indiqué et relancez.'],
  ),
} as const;

export const errors = { ...deviceErrors, ...apiErrors, ...faultErrors, ...networkErrors, ...localErrors } satisfies Record<
  string,
  ErrorEntry
>;

export type DeviceCode = keyof typeof deviceErrors;
export type PendingCode = 'awaiting-approval' | 'key-changed';
export type RejectedCode = Exclude<DeviceCode, PendingCode>;
export type ErrorCode = keyof typeof errors;

/** Refusals that a device may retry by itself; all others need a person (protocol.md §1). */
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

/** Any refusal on the cloud side: the code determines the message; `details` never contain a secret. */
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
