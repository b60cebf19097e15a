import type { Command } from 'commander';
import { writeSync } from 'node:fs';
import { failureAnswer, type Answer } from './answers.ts';
import { createContext, type Context } from './context.ts';
import { EXIT } from './refusal.ts';
import { languageOf } from './settings.ts';
import { AGENT_VERSION } from './version.ts';

interface Shown {
  listener: ((message: string) => void) | null;
}

/** Refusals as a person sees them: the message, what to do, and the id to give to support (E11). */
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

type Work = (context: Context, shown: Shown) => Promise<Answer>;

type OnFailure = (refused: Answer['refused']) => Record<string, unknown>;

async function perform(asJson: boolean, work: Work, onFailure: OnFailure = () => ({})): Promise<void> {
  const stop = new AbortController();
  const shown: Shown = { listener: null };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  // The launcher forwards the signals it receives, or has exited (bin/pinned-node.cjs).
  process.on('disconnect', () => stop.abort());
  process.on('message', (message) => message === 'end' && stop.abort());
  process.send?.('tell-me');
  process.channel?.unref();
  let answer: Answer;
  try {
    answer = await work(
      createContext(process.env, stop.signal, (message) => shown.listener?.(message)),
      shown,
    );
  } catch (error) {
    const failure = failureAnswer(error, languageOf(process.env));
    answer = { ...failure, json: { ...onFailure(failure.refused), ...failure.json } };
  }
  tell(answer, asJson);
}

type Flags = { json?: boolean };
type EnrollFlags = Flags & { domain: string; pairingCode?: string };

async function performRun(asJson: boolean): Promise<void> {
  const { run } = await import('./command-run.ts');
  await perform(asJson, (context, shown) =>
    run(context, (listener) => {
      shown.listener = listener;
    }),
  );
}

async function performEnroll({ json = false, domain, pairingCode }: EnrollFlags): Promise<void> {
  const { enroll } = await import('./command-enroll.ts');
  const typed = { domain, ...(pairingCode === undefined ? {} : { pairingCode }) };
  await perform(
    json,
    (context) => enroll(context, typed),
    () => ({ outcome: 'rejected' }),
  );
}

/** If something keeps `doctor` from checking anything, that is its only finding: a setting that cannot be read, or a folder owned by another user. */
const unlookedAt: OnFailure = (refused) => {
  const name = refused?.code === 'settings-invalid' ? 'settings' : 'state';
  return { ok: false, checks: [{ name, ok: false, detail: refused?.detail ?? refused?.message, fix: refused?.next }] };
};

/** The commands and their help texts. Each command loads what it needs. */
function describe(agent: Command): Command {
  agent.version(AGENT_VERSION).exitOverride().showHelpAfterError();
  agent.description('Enrols this display in its organization’s domain and reports its presence to the service.');
  const command = (name: string, description: string) =>
    agent.command(name).description(description).option('--json', 'print one JSON document on standard output');
  command('identity', 'show how the board identifies itself').action(async ({ json = false }: Flags) =>
    perform(json, (await import('./command-status.ts')).identity),
  );
  command('enroll', 'enrol this display in a domain')
    .requiredOption('--domain <name>', 'the domain’s name')
    .option('--pairing-code <code>', 'the domain’s pairing code, if it requires one')
    .action(performEnroll);
  command('run', 'run as a device until stopped').action(async ({ json = false }: Flags) => performRun(json));
  command('status', 'show whether this display is enrolled and connected').action(async ({ json = false }: Flags) =>
    perform(json, (await import('./command-status.ts')).status),
  );
  command('doctor', 'find what is wrong between the display and the service').action(async ({ json = false }: Flags) =>
    perform(json, (await import('./command-doctor.ts')).doctor, unlookedAt),
  );
  command('unenroll', 'remove this display from its domain').action(async ({ json = false }: Flags) =>
    perform(json, (await import('./command-unenroll.ts')).unenroll),
  );
  return agent;
}

async function main(words: readonly string[]): Promise<void> {
  // The command a display runs all day starts without loading the parser for the others.
  if (words.length === 1 && words[0] === 'run') return performRun(false);
  const { Command, CommanderError } = await import('commander');
  try {
    await describe(new Command('rollcall-agent')).parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
}

void main(process.argv.slice(2));
