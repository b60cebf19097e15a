import { checkCode } from '../protocol/signing.ts';
import { normaliseDomain } from '../protocol/text.ts';
import { enrolmentAnswer, type Answer } from './answers.ts';
import { ask, BUDGET_MS } from './asking.ts';
import type { Context } from './context.ts';
import { openMemory } from './memory.ts';

/** A person starts an enrolment on the command line. */
export async function enroll(context: Context, typed: { domain: string; pairingCode?: string }): Promise<Answer> {
  const { settings, log, board } = context;
  const memory = await openMemory(settings.stateFolder, board, log, true);
  if (memory === null) throw new TypeError('a state was to be made');
  try {
    const outcome = await ask(context, memory, typed, BUDGET_MS.command);
    return enrolmentAnswer(outcome, normaliseDomain(typed.domain), checkCode(memory.key.fingerprint), settings.language);
  } finally {
    await memory.close();
  }
}
