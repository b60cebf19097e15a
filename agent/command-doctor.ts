import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import type { Language } from '../protocol/errors.ts';
import type { Answer } from './answers.ts';
import { whyFolderUnwritable } from './command-status.ts';
import type { Context } from './context.ts';
import { discover } from './discovery.ts';
import { isSameBoard } from './fingerprint.ts';
import { bareHost, proxyFor } from './proxy.ts';
import { EXIT, Refusal, wordsFor } from './refusal.ts';
import { linkFailure, openSecureSocket, openSocket, parseBrokerUrl } from './secure-socket.ts';
import { stateName, type AgentState } from './state.ts';
import { readState } from './state-folder.ts';

interface Check {
  name: 'identity' | 'state' | 'clock' | 'dns' | 'tcp' | 'tls' | 'discovery' | 'enrolment';
  ok: boolean;
  detail: string;
  fix?: string;
}

/**
 * An address that the display must reach. `ca`: the CAs that may have signed its certificate; null: no certificate is checked, because it is plain
 * http on this machine.
 */
interface Place {
  host: string;
  port: number;
  ca: string | string[] | null;
  alpn?: string;
}

const TIMEOUT_MS = 10_000;
/** A board whose clock is earlier than the date this agent was made has lost its time. */
const BUILT_AT = Date.UTC(2026, 10, 1);
const MAX_CLOCK_DIFFERENCE_MS = 5 * 60_000;

const passed = (name: Check['name'], detail: string): Check => ({ name, ok: true, detail });
const failed = (name: Check['name'], detail: string, fix: string): Check => ({ name, ok: false, detail, fix });

async function stateCheck(context: Context): Promise<{ check: Check; state: AgentState | null }> {
  const { stateFolder } = context.settings;
  const found = await readState(stateFolder);
  if (found.kind === 'unreadable') {
    const fix = 'Run `rollcall-agent enroll`: it sets the file aside and starts over.';
    return { check: failed('state', 'state.json cannot be read', fix), state: null };
  }
  const state = found.kind === 'read' ? found.state : null;
  const { fingerprint } = await context.board.identify();
  if (state !== null && !isSameBoard(state.fingerprint, fingerprint)) {
    const fix = 'Run `rollcall-agent enroll`: it sets this state aside and starts over with a new key.';
    return { check: failed('state', 'this state was created on another board', fix), state: null };
  }
  const why = await whyFolderUnwritable(context);
  if (why !== null) {
    const fix = `Free some space on the disk, or let the agent write to ${stateFolder}. Until then, an enrolled display still connects, but a new one cannot be enrolled.`;
    return { check: failed('state', `${stateName(state)}, but ${stateFolder} cannot be written to (${why})`, fix), state };
  }
  return { check: passed('state', stateName(state)), state };
}

/** Displays work with a wrong clock (S2), but people read the times it shows, and the certificate of the service's https has validity dates. */
function clockCheck({ now: serviceNow, code }: Discovered, language: Language): Check {
  const own = Date.now();
  const fix =
    code === 'clock-wrong'
      ? `${wordsFor('clock-wrong', language).next} Until then, it cannot be enrolled over https.`
      : 'Let the display get its time from the network. It can still enrol and is shown correctly.';
  if (own < BUILT_AT) return failed('clock', `the display’s clock says ${new Date(own).toISOString().slice(0, 10)}`, fix);
  if (code === 'clock-wrong') return failed('clock', `the display’s clock says ${new Date(own).toISOString()}`, fix);
  const doubt =
    code === 'certificate-expired' ? '; if this is wrong, that is why the service’s certificate seems to have expired' : '';
  if (serviceNow === null) return passed('clock', `${new Date(own).toISOString()}${doubt}`);
  const difference = own - Date.parse(serviceNow);
  const detail = `${Math.round(Math.abs(difference) / 1000)} s ${difference < 0 ? 'behind' : 'ahead of'} the service`;
  return Math.abs(difference) > MAX_CLOCK_DIFFERENCE_MS ? failed('clock', detail, fix) : passed('clock', detail);
}

/** A proxy resolves names itself, so only the proxy's own name must be resolvable here. */
async function dnsCheck(context: Context, places: readonly Place[]): Promise<Check> {
  const { proxy } = context.settings;
  const hosts = places.map(({ host, port }) => bareHost(proxyFor(proxy, host, port)?.hostname ?? host));
  const names = [...new Set(hosts)].filter((host) => isIP(host) === 0);
  const found: string[] = [];
  for (const name of names) {
    try {
      found.push(`${name} is ${(await lookup(name)).address}`);
    } catch (error) {
      const failure = linkFailure(error);
      const fix = `Check the cable or Wi-Fi, and that the network's DNS knows ${name}.`;
      return failed('dns', `${failure.code}: ${name}: ${failure.message}`, fix);
    }
  }
  return passed('dns', found.length === 0 ? 'no name to look up' : found.join(', '));
}

/**
 * One table covers everything that can go wrong on the way (protocol/network-codes.ts); if nothing answers, the exact host and port to open are
 * named.
 */
function wayFailed(context: Context, name: Check['name'], error: unknown, { host, port }: Place): Check {
  const { code, message } = linkFailure(error);
  const words = wordsFor(code, context.settings.language);
  const door = `Allow ${host}:${port} in the network's firewall${context.settings.proxy === null ? ', or set HTTPS_PROXY' : ' or the proxy'}.`;
  return failed(name, `${code}: ${words.message} ${message}`, code === 'unreachable' ? door : words.next);
}

async function tcpCheck(context: Context, places: readonly Place[]): Promise<Check> {
  const { proxy } = context.settings;
  for (const place of places) {
    try {
      (await openSocket(place.host, place.port, proxy, TIMEOUT_MS)).destroy();
    } catch (error) {
      return wayFailed(context, 'tcp', error, place);
    }
  }
  return passed('tcp', places.map(({ host, port }) => `${host}:${port}`).join(', '));
}

async function tlsCheck(context: Context, places: readonly Place[]): Promise<Check> {
  const { proxy } = context.settings;
  const seen: string[] = [];
  for (const place of places) {
    const { host, port, ca, alpn } = place;
    if (ca === null) continue;
    const target = { host, port, ca, proxy, timeoutMs: TIMEOUT_MS, ...(alpn === undefined ? {} : { alpn }) };
    try {
      const socket = await openSecureSocket(target);
      seen.push(`${host}:${port} ${socket.getProtocol() ?? 'TLS'}, certificate verified`);
      socket.destroy();
    } catch (error) {
      return wayFailed(context, 'tls', error, place);
    }
  }
  return passed('tls', seen.length === 0 ? 'none needed: the service is on this machine' : seen.join(', '));
}

/** The service's web address, and the broker known from an earlier enrolment or from discovery. */
function placesOf(context: Context, broker: { brokerUrl: string; ca: string } | null): Place[] {
  const { serviceUrl, extraCa } = context.settings;
  const places: Place[] = [];
  if (serviceUrl !== null) {
    const secure = serviceUrl.protocol === 'https:';
    const ca = secure ? [...rootCertificates, ...(extraCa === null ? [] : [extraCa])] : null;
    places.push({ host: bareHost(serviceUrl.hostname), port: Number(serviceUrl.port || (secure ? 443 : 80)), ca });
  }
  const address = broker === null ? null : parseBrokerUrl(broker.brokerUrl);
  if (address !== null && broker !== null)
    places.push({ ...address, ca: broker.ca, ...(address.port === 443 ? { alpn: 'mqtt' } : {}) });
  return places;
}

type Discovered = { check: Check; broker: { brokerUrl: string; ca: string } | null; now: string | null; code?: string };

async function discoveryCheck(context: Context, state: AgentState | null): Promise<Discovered> {
  const stored = state?.service ?? null;
  if (context.settings.serviceUrl === null && stored !== null)
    return { check: passed('discovery', 'not needed: the broker is known'), broker: stored, now: null };
  try {
    const found = await discover(context.settings);
    const broker = { brokerUrl: found.brokerUrl, ca: stored?.ca ?? found.ca };
    return { check: passed('discovery', found.brokerUrl), broker, now: found.now };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { message, next } = wordsFor(error.code, context.settings.language);
    const check = failed('discovery', `${error.code}: ${message} ${error.detail ?? ''}`.trim(), next);
    return { check, broker: stored, now: null, code: error.code };
  }
}

/** E11: the last refusal as it was shown at the time: code, message, next step and id. */
function enrolmentCheck(state: AgentState | null): Check {
  if (state?.stopped) {
    const { code, message, next, correlationId } = state.stopped;
    return failed('enrolment', `${code}: ${message} (id ${correlationId})`, next);
  }
  if (state?.enrolment) return passed('enrolment', `${state.enrolment.deviceId} in ${state.enrolment.domain}`);
  if (state?.waiting) {
    const { domain, code, checkCode } = state.waiting;
    return passed('enrolment', `${code} in ${domain}, check code ${checkCode}`);
  }
  return passed('enrolment', 'not enrolled yet');
}

/**
 * Checks everything between this board and the service, in order of dependency, and says what to do about the first failure. Later checks are
 * skipped, as they could only fail too. A wrong clock and a missing enrolment do not stop the checks. Changes nothing.
 */
export async function doctor(context: Context): Promise<Answer> {
  const board = await context.board.identify();
  const { check: kept, state } = await stateCheck(context);
  const found = await discoveryCheck(context, state);
  const places = placesOf(context, found.broker);
  const checks: Check[] = [
    passed('identity', `${board.serial} (${board.serialSource}, ${board.trust})`),
    kept,
    clockCheck(found, context.settings.language),
  ];
  const network = [
    async () => dnsCheck(context, places),
    async () => tcpCheck(context, places),
    async () => tlsCheck(context, places),
  ];
  for (const look of [...network, async () => found.check, async () => enrolmentCheck(state)]) {
    const check = await look();
    checks.push(check);
    if (!check.ok) break;
  }
  const ok = checks.every((check) => check.ok);
  const text = checks.map(
    (check) => `${check.ok ? 'ok  ' : 'FAIL'} ${check.name}: ${check.detail}${check.fix ? `\n     ${check.fix}` : ''}`,
  );
  return { json: { ok, checks }, text: text.join('\n'), exit: ok ? EXIT.done : EXIT.refused };
}
