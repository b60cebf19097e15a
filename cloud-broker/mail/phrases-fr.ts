/** Phrases shared by the mails of several capabilities, in French. */
import type { Block, Letter } from './letter.ts';

export const moment = new Intl.DateTimeFormat('fr-FR', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
export const day = new Intl.DateTimeFormat('fr-FR', { dateStyle: 'long', timeZone: 'UTC' });
const whole = new Intl.NumberFormat('fr-FR');
export const creditsOf = (count: number): string => (count === 1 ? '1 crédit' : `${whole.format(count)} crédits`);
export const days = (count: number): string => (count === 1 ? '1 jour' : `${count} jours`);

export const LINK_RULES = 'Le lien est valable 48 heures et ne peut servir qu’une fois ; un e-mail plus récent le remplace.';
export const NOT_YOU = 'Si vous n’attendiez pas cet e-mail, ignorez-le : rien ne changera.';

export function letter(home: string, subject: string, blocks: readonly Block[]): Letter {
  return {
    subject,
    blocks: ['Bonjour,', ...blocks, `Cet e-mail a été envoyé par Rollcall, ${home}. Les réponses ne sont pas lues.`],
  };
}

export function redeeming(home: string): Block {
  return {
    steps: [
      `Connectez-vous à votre domaine sur ${home}.`,
      'Cliquez sur l’icône Utilisateur, puis sélectionnez Facturation.',
      'Saisissez la clé produit dans la case Numéro du code PIN, puis cliquez sur Utiliser.',
    ],
  };
}
