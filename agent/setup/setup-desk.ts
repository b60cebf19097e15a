/** What the setup page shows and what a person requests there: the link between the page's server and the loop that carries it out. */
import { errors, wordsOf, type ErrorCode, type Language, type Words } from '../../protocol/errors.ts';
import type { Accepted } from '../../protocol/messages.ts';
import type { Outcome } from '../enrollment.ts';
import type { Log } from '../log.ts';
import { isLinkCode } from '../secure-socket.ts';
import type { Job, Wishes } from '../wishes.ts';

export interface Typed {
  domain: string;
  pairingCode?: string;
}

/** The four steps that an installer sees, in order (console.md §3). */
export type SetupStep = 'network' | 'service' | 'proof' | 'enrolled';

/** A refusal in both languages: the page uses its reader's language, not the service's (E11). */
export interface ShownRefusal {
  code: string;
  words: Record<Language, Words>;
  correlationId: string | null;
  /** The `host:port` to allow, if the network blocks it. */
  unreachable: string | null;
  retryAfterS: number | null;
  /** What exactly happened, as logged. */
  detail: string | null;
}

export type SetupPhase =
  | { is: 'asking' }
  | { is: 'working'; step: SetupStep; domain: string }
  | { is: 'waiting'; domain: string; code: string; checkCode: string; qr: string | null; words: Record<Language, Words> }
  | { is: 'refused'; domain: string; refusal: ShownRefusal }
  | { is: 'enrolled'; domain: string; organization: string; credits: Accepted['credits'] | null };

/** The log events of an enrolment, and the step each one means. */
const STEP_OF: Record<string, SetupStep> = {
  discovered: 'service',
  'session-opening': 'service',
  challenge: 'proof',
  'proof-sent': 'proof',
  accepted: 'enrolled',
};

const bothWords = (code: ErrorCode): Record<Language, Words> => ({ en: wordsOf(code, 'en'), fr: wordsOf(code, 'fr') });

/** The words for a code; if this agent does not know the code, the words the service sent. */
export function wordsInBoth(code: string, said?: Words): Record<Language, Words> {
  if (code in errors) return bothWords(code as ErrorCode);
  return said === undefined ? bothWords('internal') : { en: said, fr: said };
}

export const NOTHING_MORE = { correlationId: null, unreachable: null, retryAfterS: null, detail: null } as const;

/** What the page shows for an outcome that is neither accepted nor pending. */
export function refusalOf(
  outcome: Extract<Outcome, { kind: 'rejected' | 'temporary' | 'cancelled' }>,
  where: string | null,
): ShownRefusal {
  if (outcome.kind === 'cancelled')
    return { code: 'unreachable', words: bothWords('unreachable'), ...NOTHING_MORE, unreachable: where };
  if (outcome.kind === 'rejected') {
    const { code, correlationId, retryAfterS = null } = outcome.rejected;
    return { code, words: wordsInBoth(code, outcome.rejected), ...NOTHING_MORE, correlationId, retryAfterS };
  }
  const { code, detail, correlationId = null, retryAfterS = null } = outcome;
  const unreachable = code === 'unreachable' ? where : null;
  return { code, words: bothWords(code), correlationId, unreachable, retryAfterS, detail: isLinkCode(code) ? detail : null };
}

export class SetupDesk {
  #phase: SetupPhase = { is: 'asking' };
  /** Requests from the page and, alongside it, from the command line. */
  readonly wishes: Wishes<Typed | Job>;

  constructor(wishes: Wishes<Typed | Job>) {
    this.wishes = wishes;
  }

  get phase(): SetupPhase {
    return this.#phase;
  }

  show(phase: SetupPhase): void {
    this.#phase = phase;
  }

  /** Takes a person's request. False, and nothing is taken, while an attempt is in progress or the board is enrolled. */
  ask(typed: Typed): boolean {
    if (this.#phase.is === 'working' || this.#phase.is === 'enrolled' || !this.wishes.put(typed)) return false;
    this.#phase = { is: 'working', step: 'network', domain: typed.domain };
    return true;
  }

  /** The same log; its events also advance the steps on the page. */
  watched(log: Log): Log {
    return {
      note: (event, fields, level) => {
        const step = STEP_OF[event];
        if (step !== undefined && this.#phase.is === 'working') this.#phase = { ...this.#phase, step };
        log.note(event, fields, level);
      },
    };
  }
}
