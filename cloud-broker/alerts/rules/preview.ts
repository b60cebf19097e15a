/** What other rules would have sent (P7). Pure. */
import type { AlertSettings } from '../../../protocol/api-alerts.ts';
import { creditLevel, creditsStep, type CreditDays } from './credits.ts';
import { MemoryBook } from './in-memory-alert-store.ts';
import { replay, type AlertEvent } from './rules.ts';
import { isWanted, verdictOf } from './settings.ts';

export interface KeptHistory {
  /** By time. */
  events: readonly AlertEvent[];
  credits: readonly { at: number; balance: number; devices: number }[];
  /** When the trial's end was announced. */
  trial: readonly { at: number }[];
}

/** Times at which a credit warning was due. */
function creditWarnings(credits: KeptHistory['credits']): number[] {
  const warned: number[] = [];
  let open: CreditDays | null = null;
  for (const { at, balance, devices } of credits) {
    const step = creditsStep(open, creditLevel(balance, devices));
    if (step === null) continue;
    if (!step.close && step.raise) warned.push(at);
    open = step.close ? null : step.days;
  }
  return warned;
}

/** How many e-mails and alerts these rules would have produced from the history, up to `to`. */
export async function previewOf(
  settings: AlertSettings,
  history: KeptHistory,
  to: number,
): Promise<{ mails: number; alerts: number }> {
  const book = new MemoryBook();
  await replay(book, settings, history.events, to);
  const levels = [
    ...(isWanted(settings, 'credits') ? creditWarnings(history.credits) : []),
    ...(isWanted(settings, 'trial') ? history.trial.map(({ at }) => at) : []),
  ];
  const mailed = levels.filter((at) => verdictOf(settings, at) !== 'silent');
  return { mails: book.mails.length + mailed.length, alerts: book.alerts.length + levels.length };
}
