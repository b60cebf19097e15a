import { Command, CommanderError } from 'commander';
import { writeSync } from 'node:fs';
import { refusedAnswer, type Answer } from './answers.ts';
import { doctor } from './command-doctor.ts';
import { enroll } from './command-enroll.ts';
import { run } from './command-run.ts';
import { identity, status } from './command-status.ts';
import { unenroll } from './command-unenroll.ts';
import { createContext, type Context } from './context.ts';
import { EXIT, exitCodeOf, Refusal, wordsFor } from './refusal.ts';
import { languageOf } from './settings.ts';
import { AGENT_VERSION } from './version.ts';

interface Shown {
  listener: ((message: string) => void) | null;
}

/** Refusals as the person sees them: the sentence, what to do, and the id to tell support (E11). */
function tellRefusal(answer: Answer, asJson: boolean): void {
  const { refused } = answer;
  if (refused === undefined) return;
  if (asJson) return void writeSync(2, `${JSON.stringify({ event: 'refused', ...refused })}\n`);
  const lines = [
    `rollcall-agent: ${refused.message} (${refused.code})`,
    ...(refused.detail === undefined ? [] : [`  ${refused.detail}`]),
    `  ${refused.next}`,
    ...(refused.correlationId === undefined ? [] : [`  id: ${refused.correlationId}`]),
  ];
  writeSync(2, `${lines.join('\n')}\n`);
}

function tell(answer: Answer, asJson: boolean): void {
  if (asJson) writeSync(1, `${JSON.stringify(answer.json)}\n`);
  else if (answer.text !== '') writeSync(1, `${answer.text}\n`);
  tellRefusal(answer, asJson);
  process.exitCode = answer.exit;
}

/** Any failure as an answer: a Refusal by its code, anything else as `internal`. */
function failureAnswer(error: unknown): Answer {
  const language = languageOf(process.env);
  const code = error instanceof Refusal ? error.code : 'internal';
  const detail = error instanceof Refusal ? error.detail : String(error);
  const refused = { code, ...wordsFor(code, language), ...(detail === undefined ? {} : { detail }) };
  return refusedAnswer(refused, exitCodeOf(code));
}

type Work = (context: Context, shown: Shown) => Promise<Answer>;

async function perform(asJson: boolean, work: Work, onFailure: Record<string, unknown> = {}): Promise<void> {
  const stop = new AbortController();
  const shown: Shown = { listener: null };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  let answer: Answer;
  try {
    answer = await work(
      createContext(process.env, stop.signal, (message) => shown.listener?.(message)),
      shown,
    );
  } catch (error) {
    const failure = failureAnswer(error);
    answer = { ...failure, json: { ...onFailure, ...failure.json } };
  }
  tell(answer, asJson);
}

function program(): Command {
  const agent = new Command('rollcall-agent').version(AGENT_VERSION).exitOverride().showHelpAfterError();
  agent.description('Enrols this display into its organisation’s domain and answers the roll call.');
  const command = (name: string, description: string) =>
    agent.command(name).description(description).option('--json', 'one JSON document on standard output');
  type Flags = { json?: true };
  command('identity', 'what the board says of itself').action((flags: Flags) => perform(flags.json ?? false, identity));
  command('enroll', 'enrol this display into a domain')
    .requiredOption('--domain <name>', 'the domain’s name')
    .option('--pairing-code <code>', 'the domain’s pairing code, where it asks for one')
    .action((flags: Flags & { domain: string; pairingCode?: string }) => {
      const typed = { domain: flags.domain, ...(flags.pairingCode === undefined ? {} : { pairingCode: flags.pairingCode }) };
      return perform(flags.json ?? false, (context) => enroll(context, typed), { outcome: 'rejected' });
    });
  command('run', 'live as a device until stopped').action((flags: Flags) =>
    perform(flags.json ?? false, (context, shown) =>
      run(context, (listener) => {
        shown.listener = listener;
      }),
    ),
  );
  command('status', 'enrolled or not, connected or not').action((flags: Flags) => perform(flags.json ?? false, status));
  command('doctor', 'look for what is wrong between display and service').action((flags: Flags) =>
    perform(flags.json ?? false, doctor),
  );
  command('unenroll', 'take this display out of its domain').action((flags: Flags) => perform(flags.json ?? false, unenroll));
  return agent;
}

async function main(): Promise<void> {
  try {
    await program().parseAsync(process.argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
}

void main();
