/** E-mails about domains, in French. */
import type { Letters } from '../mail/mail-kind.ts';
import { day, letter, moment } from '../mail/phrases-fr.ts';
import type { domainMails } from './mails.ts';

export const french: Letters<typeof domainMails> = {
  domainClosing: ({ name, closesAt, askedBy }, { home }) =>
    letter(home, `Le domaine ${name} sera fermé le ${day.format(closesAt)}`, [
      `${askedBy} a demandé la fermeture du domaine ${name}. Il sera fermé le ${moment.format(closesAt)} UTC : ses appareils seront désinscrits, plus personne ne pourra se connecter et ses crédits seront perdus.`,
      'D’ici là, un administrateur du domaine peut annuler cette demande dans Paramètres :',
      { link: home, label: 'Se connecter' },
    ]),
};
