/** The mails of product keys, in French. */
import type { Letters } from '../mail/mail-kind.ts';
import { creditsOf, letter, redeeming } from '../mail/phrases-fr.ts';
import type { productKeyMails } from './mails.ts';

export const french: Letters<typeof productKeyMails> = {
  productKey: ({ credits }, { home, key }) =>
    letter(home, `Votre clé produit : ${creditsOf(credits)}`, [
      `Cette clé produit donne droit à ${creditsOf(credits)}. Un crédit correspond à un appareil géré pendant un jour.`,
      { code: key },
      'Pour récupérer ses crédits :',
      redeeming(home),
      'La clé ne peut être utilisée qu’une fois, par un seul domaine : quiconque la détient peut s’en servir. Si vous rencontrez des problèmes lors de l’échange des crédits, contactez l’assistance.',
    ]),
};
