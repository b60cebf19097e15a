/** The mails of webhooks, in French. */
import type { Letters } from '../mail/mail-kind.ts';
import { letter } from '../mail/phrases-fr.ts';
import type { webhookMails } from './mails.ts';

export const french: Letters<typeof webhookMails> = {
  webhookOff: ({ name, host, reason }, { home }) =>
    letter(home, `Un webhook de ${name} a été désactivé`, [
      reason === 'gone'
        ? `Le serveur ${host} a répondu qu’il ne veut plus d’événements du domaine ${name} ; son webhook a donc été désactivé.`
        : `Le serveur ${host} n’a accepté aucun événement du domaine ${name} pendant 5 jours ; son webhook a donc été désactivé.`,
      'Les événements survenus pendant qu’il est désactivé ne sont pas envoyés plus tard. Corrigez le serveur, envoyez un test sous Webhooks, puis réactivez le webhook.',
      { link: `${home}/webhooks`, label: 'Ouvrir les webhooks' },
    ]),
};
