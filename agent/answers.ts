import * as z from 'zod';
import type { Language } from '../protocol/errors.ts';
import type { Accepted } from '../protocol/messages.ts';
import type { Outcome } from './enrollment.ts';
import { EXIT, exitCodeOf, isForbidden, Refusal, wordsFor, type ExitCode } from './refusal.ts';

/** The result of a command: a JSON document, the same in words for a person, and the exit code. */
export const answerShape = z.object({
  json: z.record(z.string(), z.unknown()),
  /** Goes to standard output. */
  text: z.string(),
  exit: z.literal(Object.values(EXIT)),
  /** For standard error: the reason, and what to do next (E11). */
  refused: z
    .object({
      code: z.string(),
      message: z.string(),
      next: z.string(),
      correlationId: z.string().optional(),
      detail: z.string().optional(),
    })
    .optional(),
});
export type Answer = z.output<typeof answerShape>;

function creditWords({ granted, reason }: Accepted['credits'], language: Language): string {
  const words: Record<Accepted['credits']['reason'], { en: string; fr: string }> = {
    granted: { en: `${granted} credits were granted for it.`, fr: `${granted} crédits ont été attribués.` },
    held: {
      en: 'Its credits are held until the vendor releases them.',
      fr: 'Ses crédits sont retenus jusqu’à leur libération par le fournisseur.',
    },
    'product-key': { en: 'Its credits come with a product key.', fr: 'Ses crédits s’obtiennent avec une clé produit.' },
    'not-listed': {
      en: 'No credits were granted: it is not in the vendor’s register.',
      fr: 'Aucun crédit n’a été attribué : il ne figure pas dans le registre du fournisseur.',
    },
    'none-left': { en: 'No new credits were granted.', fr: 'Aucun nouveau crédit n’a été attribué.' },
  };
  return words[reason][language];
}

function acceptedAnswer(accepted: Accepted, language: Language): Answer {
  const { deviceId, replay, credits, domain } = accepted;
  const enrolled = {
    en: `This display is enrolled in ${domain.name} (${domain.organization}).`,
    fr: `Cet écran est inscrit dans ${domain.name} (${domain.organization}).`,
  };
  return {
    json: { outcome: 'accepted', deviceId, domain: domain.name, organization: domain.organization, credits, replay },
    text: `${enrolled[language]} ${creditWords(credits, language)}`,
    exit: EXIT.done,
  };
}

/**
 * The result of an enrolment as the `enroll` command reports it (protocol.md §2). The check code shown is the board's own, computed from its key,
 * whatever the service sent.
 */
export function enrolmentAnswer(outcome: Outcome, domain: string, ownCheckCode: string, language: Language): Answer {
  switch (outcome.kind) {
    case 'accepted':
      return acceptedAnswer(outcome.accepted, language);
    case 'pending': {
      const { code, retryAfterS, correlationId } = outcome.pending;
      const words = wordsFor(code, language, outcome.pending);
      const shown = { en: 'Check code', fr: 'Code de contrôle' }[language];
      return {
        json: { outcome: 'pending', domain, code, ...words, checkCode: ownCheckCode, retryAfterS, correlationId },
        text: `${words.message} ${words.next}\n${shown}: ${ownCheckCode}`,
        exit: EXIT.temporary,
      };
    }
    case 'rejected': {
      const { code, retryAfterS, correlationId } = outcome.rejected;
      const words = wordsFor(code, language, outcome.rejected);
      const refused = { code, ...words, correlationId };
      return {
        json: { outcome: 'rejected', domain, ...refused, ...(retryAfterS === undefined ? {} : { retryAfterS }) },
        text: '',
        exit: EXIT.refused,
        refused,
      };
    }
    case 'temporary': {
      const { code, detail, correlationId, retryAfterS } = outcome;
      const refused = { code, ...wordsFor(code, language), detail, ...(correlationId === undefined ? {} : { correlationId }) };
      return {
        json: { outcome: 'rejected', domain, ...refused, ...(retryAfterS === undefined ? {} : { retryAfterS }) },
        text: '',
        exit: EXIT.temporary,
        refused,
      };
    }
    case 'cancelled':
    default: {
      const refused = { code: 'unreachable', ...wordsFor('unreachable', language), detail: 'stopped before an answer arrived' };
      return { json: { outcome: 'rejected', domain, ...refused }, text: '', exit: EXIT.temporary, refused };
    }
  }
}

/** A refusal outside an enrolment. */
export function refusedAnswer(refused: NonNullable<Answer['refused']>, exit: ExitCode): Answer {
  return { json: { ...refused }, text: '', exit, refused };
}

/** Turns any failure into an answer: a Refusal by its code, a folder owned by another user, anything else as `internal`. */
export function failureAnswer(error: unknown, language: Language): Answer {
  const { code, detail } =
    error instanceof Refusal
      ? error
      : ({ code: isForbidden(error) ? 'state-forbidden' : 'internal', detail: String(error) } as const);
  return refusedAnswer({ code, ...wordsFor(code, language), ...(detail === undefined ? {} : { detail }) }, exitCodeOf(code));
}
