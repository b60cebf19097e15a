import { checkCode } from '../protocol/signing.ts';
import { normaliseDomain } from '../protocol/text.ts';
import { enrolmentAnswer, type Answer } from './answers.ts';
import { ask, BUDGET_MS } from './asking.ts';
import { doThereOrHere } from './beside-run.ts';
import type { Context } from './context.ts';
import type { StateStore } from './state-store.ts';

type Typed = { domain: string; pairingCode?: string | undefined };

/** An enrolment started by a person on the command line, using the state store of the process that holds the folder. */
export async function enrolHere(context: Context, store: StateStore, { domain, pairingCode }: Typed): Promise<Answer> {
  const typed = { domain, ...(pairingCode === undefined ? {} : { pairingCode }) };
  const outcome = await ask(context, store, typed, BUDGET_MS.command);
  return enrolmentAnswer(outcome, normaliseDomain(domain), checkCode(store.key.fingerprint), context.settings.language);
}

/** Starts an enrolment from the command line. */
export async function enroll(context: Context, typed: Typed): Promise<Answer> {
  const wish = { do: 'enroll', language: context.settings.language, typed } as const;
  return doThereOrHere(context, wish, (store) => enrolHere(context, store, typed));
}
