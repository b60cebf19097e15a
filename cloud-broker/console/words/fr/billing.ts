import type { billing as words } from '../en/billing.ts';

export const billing: Record<keyof typeof words, string> = {
  'billing.title': 'Facturation',
  'billing.history': 'Histoire de facturation',
  'billing.headline_one': '{{n}} crédit : jusqu’au {{day}}, à {{perDay}} par jour',
  'billing.headline_other': '{{n}} crédits : jusqu’au {{day}}, à {{perDay}} par jour',
  'billing.headlineUnused_one': '{{n}} crédit : rien n’est décompté actuellement',
  'billing.headlineUnused_other': '{{n}} crédits : rien n’est décompté actuellement',
  'billing.status': 'État',
  'billing.created': 'Créé le',
  'billing.trialEnds': 'Fin de l’évaluation',
  'billing.devices': 'Appareils inscrits',
  'billing.available': 'Crédits disponibles',
  'billing.held': 'Crédits retenus',
  'billing.heldText':
    'Les crédits retenus viennent d’écrans qui n’ont pas pu faire leur preuve ; le fournisseur les libère après vérification.',
  'billing.perDay': 'Décompte par jour',
  'billing.daysLeft': 'Jours restants',
  'billing.ends': 'Fin prévue',
  'history.date': 'Date',
  'history.what': 'Objet',
  'history.credits': 'Crédits',
  'history.balance': 'Solde après',
  'history.who': 'Qui',
  'history.enrolment': 'Inscription',
  'history.productKey': 'Clé produit',
  'history.usage': 'Décompte du jour',
  'history.adjustment': 'Ajustement',
  'history.reversal': 'Annulation',
  'history.empty': 'Aucune écriture pour l’instant',
  'history.emptyHint':
    'Les crédits attribués avec un écran, les clés produit et le décompte du jour apparaissent ici, chacun avec le solde après lui.',
};
