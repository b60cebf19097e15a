/** The alert e-mails (P7), in French: the subject says it all. */
import type { Block, Letter } from '../mail/letter.ts';
import type { Letters } from '../mail/mail-kind.ts';
import { days as daysOf, letter as plainLetter, moment, redeeming } from '../mail/phrases-fr.ts';
import type { AlertMail, alertMails } from './mails.ts';

const whole = new Intl.NumberFormat('fr-FR');
const displays = (count: number): string => (count <= 1 ? `${count} écran` : `${whole.format(count)} écrans`);
const s = (count: number): string => (count <= 1 ? '' : 's');

function momentOf({ since, timeZone }: AlertMail, dateStyle?: 'long'): string {
  const format = new Intl.DateTimeFormat('fr-FR', { timeStyle: 'short', timeZone, ...(dateStyle && { dateStyle }) });
  return format.format(since);
}

/** One display by its name, several by what they have in common. */
function which({ count, labels, tag, name }: AlertMail): string {
  const [first] = labels;
  return count === 1 && first !== undefined ? first : `${tag ?? name} : ${displays(count)}`;
}

const subjects: Record<AlertMail['kind'], (facts: AlertMail) => string> = {
  lost: (facts) => `${which(facts)} sans signal depuis ${momentOf(facts)}`,
  back: (facts) => `${which(facts)} de retour`,
  waiting: (facts) => `${which(facts)} en attente de votre approbation dans ${facts.name}`,
  'key-changed': (facts) => `${which(facts)} : remplacé${s(facts.count)} ou cloné${s(facts.count)} ?`,
  'take-overs': (facts) => `${which(facts)}, clonage possible : deux écrans pour une identité`,
};

const abouts: Record<AlertMail['kind'], (facts: AlertMail) => string> = {
  lost: (facts) =>
    `La connexion de ${displays(facts.count)} de ${facts.name} a été interrompue, la première le ${momentOf(facts, 'long')} (${facts.timeZone}), et plus aucun signal n’a été reçu depuis. Les écrans éteints normalement n’y figurent pas.`,
  back: (facts) => `Contact rétabli avec ${displays(facts.count)} de ${facts.name}, jusque-là sans signal.`,
  waiting: () => 'Approuvez ou refusez dans la console, où figure le code de contrôle à comparer avec celui qu’affiche l’écran.',
  'key-changed': () =>
    'Le même numéro de série a demandé à s’inscrire avec une autre clé : un écran réparé ou réinitialisé, ou quelqu’un qui se fait passer pour lui. Comparez le code de contrôle et décidez dans la console.',
  'take-overs': () =>
    'Plus de 5 fois en 10 minutes, la connexion a été reprise par une autre de même identité : disque copié, ou réseau défaillant.',
};

function listOf({ count, labels }: AlertMail): Block[] {
  const more = count - labels.length;
  return [[...labels, ...(more > 0 ? [`et ${whole.format(more)} de plus`] : [])].join(', ')];
}

function letter(home: string, subject: string, blocks: readonly Block[]): Letter {
  const last = `Cet e-mail a été envoyé par Rollcall, ${home}. Les réponses ne sont pas lues. Un administrateur choisit dans Alertes lesquelles sont envoyées, où et quand.`;
  return { subject, blocks: ['Bonjour,', ...blocks, { link: `${home}/alerts`, label: 'Ouvrir les alertes' }, last] };
}

export const french: Letters<typeof alertMails> = {
  alert: (facts, { home }) => letter(home, subjects[facts.kind](facts), [abouts[facts.kind](facts), ...listOf(facts)]),
  trialEnding: ({ name, days: left, trialEndsAt }, { home }) =>
    plainLetter(home, `L’évaluation de ${name} se termine dans ${daysOf(left)}`, [
      `L’évaluation gratuite de 30 jours du domaine ${name} se termine le ${moment.format(trialEndsAt)} UTC.`,
      'Pour continuer ensuite, récupérez des crédits : inscrivez un écran livré avec des crédits, ou achetez des crédits auprès d’un revendeur et utilisez la clé produit :',
      redeeming(home),
      'Sans crédits, vos appareils restent inscrits et leurs signaux sont enregistrés, mais les autres modifications devront attendre de nouveaux crédits.',
    ]),
  creditsLow: ({ name, days, credits, devices }, { home }) =>
    letter(home, `${name} : crédits pour moins de ${days === 1 ? '1 jour' : `${days} jours`}`, [
      `Le domaine ${name} dispose encore de ${credits <= 1 ? `${credits} crédit` : `${whole.format(credits)} crédits`} et en utilise ${whole.format(devices)} par jour.`,
      'Achetez des crédits auprès d’un revendeur et utilisez la clé produit dans Facturation. Sans crédits, les appareils restent inscrits et leurs signaux sont enregistrés, mais les autres modifications devront attendre.',
    ]),
};
