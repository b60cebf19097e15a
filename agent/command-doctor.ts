import type { Answer } from './answers.ts';
import type { Context } from './context.ts';
import { discover } from './discovery.ts';
import { isSameBoard } from './fingerprint.ts';
import { EXIT, Refusal, wordsFor } from './refusal.ts';
import { linkFailure, openSecureSocket, openSocket, parseBrokerUrl } from './secure-socket.ts';
import { stateName, type AgentState } from './state.ts';
import { readState } from './state-folder.ts';

interface Check {
  name: 'identity' | 'state' | 'discovery' | 'tcp' | 'tls';
  ok: boolean;
  detail: string;
  fix?: string;
}

const TIMEOUT_MS = 10_000;

const failed = (name: Check['name'], detail: string, fix: string): Check => ({ name, ok: false, detail, fix });

async function stateCheck(context: Context): Promise<{ check: Check; state: AgentState | null }> {
  const found = await readState(context.settings.stateFolder);
  const state = found.kind === 'read' ? found.state : null;
  if (found.kind === 'unreadable') {
    return {
      check: failed('state', 'state.json cannot be read', 'Run `rollcall-agent enroll`: it sets the file aside and begins anew.'),
      state,
    };
  }
  const { fingerprint } = await context.board.identify();
  if (state !== null && !isSameBoard(state.fingerprint, fingerprint)) {
    const fix = 'Run `rollcall-agent enroll`: it sets this state aside and begins with a new key.';
    return { check: failed('state', 'this state was made on another board', fix), state: null };
  }
  if (state?.stopped)
    return { check: failed('state', `${state.stopped.code}: ${state.stopped.message}`, state.stopped.next), state };
  return { check: { name: 'state', ok: true, detail: stateName(state) }, state };
}

type Service = { brokerUrl: string; ca: string };

async function discoveryCheck(context: Context, stored: Service | null): Promise<{ check: Check; service: Service | null }> {
  if (context.settings.serviceUrl === null && stored !== null) {
    return { check: { name: 'discovery', ok: true, detail: 'not needed: the broker is known' }, service: stored };
  }
  try {
    const found = await discover(context.settings);
    const service = { brokerUrl: found.brokerUrl, ca: stored?.ca ?? found.ca };
    return { check: { name: 'discovery', ok: true, detail: found.brokerUrl }, service };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { message, next } = wordsFor(error.code, context.settings.language);
    return { check: failed('discovery', `${error.code}: ${message} ${error.detail ?? ''}`.trim(), next), service: stored };
  }
}

async function brokerChecks(context: Context, service: Service): Promise<Check[]> {
  const { proxy, language } = context.settings;
  const address = parseBrokerUrl(service.brokerUrl);
  if (address === null) return [failed('tcp', 'the broker address is not mqtts://', wordsFor('internal', language).next)];
  const where = `${address.host}:${address.port}`;
  try {
    (await openSocket(address.host, address.port, proxy, TIMEOUT_MS)).destroy();
  } catch (error) {
    return [failed('tcp', `${where}: ${linkFailure(error).message}`, wordsFor('unreachable', language).next)];
  }
  const tcp: Check = { name: 'tcp', ok: true, detail: where };
  try {
    const socket = await openSecureSocket({ ...address, ca: service.ca, proxy, timeoutMs: TIMEOUT_MS });
    const detail = `${socket.getProtocol() ?? 'TLS'}, certificate verified`;
    socket.destroy();
    return [tcp, { name: 'tls', ok: true, detail }];
  } catch (error) {
    const { kind, message } = linkFailure(error);
    const fix =
      kind === 'untrusted'
        ? 'Something between display and service answers in its place, or the service has a new CA: ask your admin.'
        : wordsFor('unreachable', language).next;
    return [tcp, failed('tls', `${where}: ${message}`, fix)];
  }
}

/** Looks at everything between this board and the service, and says what to do about what is not right. It changes nothing. */
export async function doctor(context: Context): Promise<Answer> {
  const board = await context.board.identify();
  const checks: Check[] = [{ name: 'identity', ok: true, detail: `${board.serial} (${board.serialSource}, ${board.trust})` }];
  const { check: kept, state } = await stateCheck(context);
  const { check: found, service } = await discoveryCheck(context, state?.service ?? null);
  checks.push(kept, found);
  if (service !== null) checks.push(...(await brokerChecks(context, service)));
  const ok = checks.every((check) => check.ok);
  const text = checks.map(
    (check) => `${check.ok ? 'ok  ' : 'FAIL'} ${check.name}: ${check.detail}${check.fix ? `\n     ${check.fix}` : ''}`,
  );
  return { json: { ok, checks }, text: text.join('\n'), exit: ok ? EXIT.done : EXIT.refused };
}
