import { writeFile } from 'node:fs/promises';
import { CommanderError, type Command } from 'commander';
import { stringify } from 'csv-stringify/sync';
import { RollcallError } from '../../protocol/errors.ts';
import { parseSeed, simulatedBoard } from '../../firmware-shim/simulated.ts';
import { readSettings } from '../config.ts';
import { askedToEnd } from '../ending.ts';
import type { Figures } from '../simulate/figures.ts';
import { seedsOf, simulate, type Progress } from '../simulate/simulate.ts';
import { EXIT, print, progressBar, type Json } from './output.ts';
import { runningServiceUrl } from './with-operator.ts';

const MOST_BOARDS = 100_000;
/** Boards that begin each second unless --ramp says otherwise: less than a service on two cores takes. */
const BEGIN_PER_SECOND = 100;
const SAY_EVERY_MS = 5000;
const CREDITS_A_BOARD = 1095;

interface Typed extends Json {
  domain?: string;
  boards: number;
  heartbeats: number;
  pairingCode?: string;
  url?: string;
  seed: string;
  ramp?: number;
  storms: number;
  clones: number;
  register?: string;
}

const usage = (message: string): CommanderError => new CommanderError(EXIT.usage, 'usage', message);

function numberFrom(name: string, least: number, most: number, whole = true): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const right = text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value));
    if (!right) throw usage(`${name} takes a ${whole ? 'whole ' : ''}number from ${least} to ${most}`);
    return value;
  };
}

/** A bar where somebody looks; lines now and then where a log is kept. */
function shownProgress(): Progress & { end(): void } {
  let label = '';
  let bar: ReturnType<typeof progressBar> | null = null;
  let saidMs = -Infinity;
  return {
    at(phase, done, total) {
      if (process.stderr.isTTY) {
        if (phase !== label) {
          bar?.end();
          bar = progressBar(phase, total);
        }
        bar?.at(done);
      } else if (phase !== label || done >= total || performance.now() - saidMs >= SAY_EVERY_MS) {
        saidMs = performance.now();
        process.stderr.write(`${phase}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}\n`);
      }
      label = phase;
    },
    end: () => bar?.end(),
  };
}

/** Where an agent would look, and, beside a running service, that one. */
async function serviceUrl(typed: string | undefined): Promise<string> {
  const url = typed ?? process.env['ROLLCALL_URL'] ?? '';
  const found = url === '' ? await runningServiceUrl(readSettings(process.env).dataFolder) : url;
  if (found === null)
    throw new RollcallError('settings-invalid', {
      setting: 'ROLLCALL_URL',
      reason: 'is not set, and no service runs on the data folder',
    });
  return found;
}

async function writeRegister(file: string, seeds: readonly string[], json: boolean): Promise<void> {
  const rows = seeds.map((seed) => {
    const { serial, model, factoryPublicKeyPem } = simulatedBoard(seed);
    const factoryPublicKey = factoryPublicKeyPem?.trim().replaceAll('\n', '\\n') ?? '';
    return {
      serial,
      model,
      factoryPublicKey,
      invoice: '',
      purchasedOn: '',
      credits: CREDITS_A_BOARD,
      fulfilment: 'on-enrolment',
    };
  });
  await writeFile(file, stringify(rows, { header: true }));
  print(json, { file, boards: rows.length }, () => [`${file} lists ${rows.length} boards: rollcall register import ${file}`]);
}

function lines(figures: Figures): string[] {
  const { boards, accepted, pending, rejected, unanswered, heartbeats, seconds, storms } = figures;
  const tell = (value: number): string => value.toLocaleString('en');
  return [
    `${tell(boards)} boards in ${seconds} s: ${tell(accepted)} accepted, ${tell(pending)} pending, ${tell(rejected)} rejected, ${tell(unanswered)} without an answer.`,
    ...(figures.enrolP50Ms === null
      ? []
      : [`From request to answer: ${figures.enrolP50Ms} ms (half of them), ${figures.enrolP99Ms} ms (99 of 100).`]),
    `${tell(heartbeats)} heartbeats were acknowledged.`,
    ...(storms === 0
      ? []
      : [`${storms} storms: back after ${figures.backP50Ms} ms (half of them), ${figures.backP99Ms} ms (99 of 100).`]),
  ];
}

async function run(typed: Typed): Promise<void> {
  try {
    parseSeed(`${typed.seed}-${typed.boards}`);
  } catch (error) {
    throw usage(`--seed: ${error instanceof Error ? error.message : String(error)}`);
  }
  const json = typed.json === true;
  if (typed.register !== undefined) return writeRegister(typed.register, seedsOf(typed.seed, typed.boards), json);
  const { domain, boards, seed, storms, clones, pairingCode } = typed;
  if (domain === undefined) throw usage('--domain NAME is needed');
  if (clones > boards) throw usage('--clones takes at most as many as there are boards');
  const options = {
    url: await serviceUrl(typed.url),
    domain,
    boards,
    seed,
    storms,
    clones,
    heartbeatsS: typed.heartbeats,
    ...(pairingCode === undefined ? {} : { pairingCode }),
    rampS: typed.ramp ?? boards / BEGIN_PER_SECOND,
  };
  const stop = new AbortController();
  void askedToEnd().then(() => stop.abort());
  const progress = shownProgress();
  const figures = await simulate(options, progress, stop.signal).finally(() => progress.end());
  print(json, figures, () => lines(figures));
  if (figures.rejected + figures.unanswered === 0) return;
  process.exitCode = EXIT.refused;
  for (const [code, count] of Object.entries(figures.reasons)) process.stderr.write(`${code}: ${count} boards\n`);
}

export function simulateCommand(program: Command): void {
  program
    .command('simulate')
    .description('simulated boards against a running service: they enrol, send heartbeats and say goodbye')
    .option('--domain <name>', 'the domain that they enrol in')
    .requiredOption('--boards <n>', 'how many', numberFrom('--boards', 1, MOST_BOARDS))
    .option(
      '--heartbeats <s>',
      'how long they stay after their first heartbeat',
      numberFrom('--heartbeats', 0, 7 * 86_400, false),
      0,
    )
    .option('--pairing-code <code>', 'where the domain asks for one')
    .option('--url <address>', 'the service; without it ROLLCALL_URL, or the one that runs on this data folder')
    .option('--seed <name>', 'board n is simulated:<name>-<n>; the same name is the same boards again', 'herd')
    .option('--ramp <s>', 'over how long they begin (default: 100 a second)', numberFrom('--ramp', 0, 86_400, false))
    .option('--storms <n>', 'so often all connections are cut at once', numberFrom('--storms', 0, 1000), 0)
    .option(
      '--clones <n>',
      'so many boards exist twice, with one identity and one key',
      numberFrom('--clones', 0, MOST_BOARDS),
      0,
    )
    .option('--register <file>', 'only writes the boards’ register lines, for rollcall register import')
    .option('--json')
    .action(run);
}
