import { errorText } from '../../protocol/error-text.ts';
import { writeFile } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { RollcallError } from '../../protocol/errors.ts';
import { parseSeed, simulatedBoard } from '../../firmware-shim/simulated.ts';
import { readSettings } from '../service/config.ts';
import { askedToEnd } from './ending.ts';
import type { Figures } from '../simulate/figures.ts';
import { seedsOf, simulate, type Progress } from '../simulate/simulate.ts';
import { runningServiceUrl } from './operator-way.ts';
import { EXIT, print, progressBar, wrongUsage, type Json } from './output.ts';

/** Boards that start each second unless --ramp says otherwise: less than a service on two cores can take. */
const BEGIN_PER_SECOND = 100;
const SAY_EVERY_MS = 5000;
const CREDITS_A_BOARD = 1095;

/** The options given, with defaults for the others. */
export interface Typed extends Json {
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

/** A bar on a terminal; occasional lines when the output goes to a log. */
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

/** The URL an agent would use or, if none is set, that of the running service. */
async function serviceUrl(typed: string | undefined): Promise<string> {
  const url = typed ?? process.env['ROLLCALL_URL'] ?? '';
  const found = url === '' ? await runningServiceUrl(readSettings(process.env).dataFolder) : url;
  if (found === null)
    throw new RollcallError('settings-invalid', {
      setting: 'ROLLCALL_URL',
      reason: 'is not set, and no service is running on the data folder',
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
  print(json, { file, boards: rows.length }, () => [
    `${file} lists ${rows.length} boards. Import them: rollcall register import ${file}`,
  ]);
}

function lines(figures: Figures): string[] {
  const { boards, accepted, pending, rejected, unanswered, heartbeats, seconds, storms } = figures;
  const tell = (value: number): string => value.toLocaleString('en');
  return [
    `${tell(boards)} boards in ${seconds} s: ${tell(accepted)} accepted, ${tell(pending)} pending, ${tell(rejected)} rejected, ${tell(unanswered)} without an answer.`,
    ...(figures.enrolP50Ms === null
      ? []
      : [`From request to answer: ${figures.enrolP50Ms} ms (median), ${figures.enrolP99Ms} ms (99th percentile).`]),
    `${tell(heartbeats)} heartbeats were acknowledged.`,
    ...(storms === 0
      ? []
      : [`${storms} storms: back after ${figures.backP50Ms} ms (median), ${figures.backP99Ms} ms (99th percentile).`]),
  ];
}

/** Runs `simulate` with the parsed options. */
export async function runSimulation(typed: Typed): Promise<void> {
  try {
    parseSeed(`${typed.seed}-${typed.boards}`);
  } catch (error) {
    throw wrongUsage(`--seed: ${errorText(error)}`);
  }
  const json = typed.json === true;
  if (typed.register !== undefined) return writeRegister(typed.register, seedsOf(typed.seed, typed.boards), json);
  const { domain, boards, seed, storms, clones, pairingCode } = typed;
  if (domain === undefined) throw wrongUsage('--domain NAME is required');
  if (clones > boards) throw wrongUsage('--clones cannot be greater than --boards');
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
