import { entry } from './error-entry.ts';

/** Codes for faults of the service's machine: its files, its disk, its clock. */
export const faultErrors = {
  'database-missing': entry(
    null,
    [
      'This data folder has keys or signed ledger heads, but not the database they belong to.',
      'Check that the right volume is mounted and that ROLLCALL_DATA names the right folder; if the database is lost, restore a backup into an empty folder with `rollcall restore FILE`.',
    ],
    [
      'Ce dossier de données contient des clés ou des têtes signées du grand livre, mais pas leur base de données.',
      'Vérifiez que le bon volume est monté et que ROLLCALL_DATA désigne le bon dossier ; si la base est perdue, restaurez une sauvegarde dans un dossier vide avec `rollcall restore FICHIER`.',
    ],
  ),
  'database-damaged': entry(
    null,
    [
      'The database is damaged.',
      'Keep a copy of the data folder, then restore the last good backup into an empty folder with `rollcall restore FILE`.',
    ],
    [
      'La base de données est endommagée.',
      'Gardez une copie du dossier de données, puis restaurez la dernière bonne sauvegarde dans un dossier vide avec `rollcall restore FICHIER`.',
    ],
  ),
  'database-unusable': entry(
    null,
    [
      'The database cannot be read or written.',
      'Check the free space on the disk, whether it is mounted read-only, and the permissions of the file; then start again.',
    ],
    [
      'La base de données ne peut être ni lue ni écrite.',
      "Vérifiez l'espace libre du disque, s'il est monté en lecture seule, et les droits du fichier ; puis relancez.",
    ],
  ),
  'clock-doubtful': entry(
    503,
    [
      'The service cannot be sure of the time, so it does nothing that would permanently carry a wrong date.',
      'Try again later. Whoever runs the service must correct the machine’s clock, or confirm with `rollcall clock accept` that it is right.',
    ],
    [
      "Le service n'est pas sûr de l'heure ; il ne fait rien qui porterait définitivement une date erronée.",
      "Réessayez plus tard. L'exploitant du service doit mettre l'horloge de la machine à l'heure, ou confirmer avec `rollcall clock accept` qu'elle l'est.",
    ],
  ),
  'folder-unusable': entry(
    null,
    [
      'The data folder cannot be written to.',
      'Check its owner and permissions, the free space on its disk, and whether it is mounted read-only.',
    ],
    [
      "Le dossier de données n'est pas accessible en écriture.",
      "Vérifiez son propriétaire et ses droits, l'espace libre du disque, et s'il est monté en lecture seule.",
    ],
  ),
  'key-file-unusable': entry(
    null,
    ['A file in the key folder cannot be used.', 'Follow the reason given; what is lost can be restored from a backup.'],
    [
      'Un fichier du dossier des clés est inutilisable.',
      'Suivez la raison indiquée ; ce qui est perdu peut être restauré depuis une sauvegarde.',
    ],
  ),
} as const;
