/** `rollcall demo`: the whole main workflow on this machine, with real agents over TLS (protocol.md §2). */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Device } from '../../protocol/api.ts';
import { crockfordCode } from '../../protocol/text.ts';
import { EXIT, print } from '../cli/output.ts';
import { readSettings } from '../service/config.ts';
import { askedToEnd } from '../cli/ending.ts';
import { createLog } from '../service/log.ts';
import { startService, type Service } from '../service/start-service.ts';
import { AgentProcess } from './agent-process.ts';
import { ApiClient } from './api-client.ts';
import { cloneOf, registerLines, simulatedCast, type Role } from './cast.ts';

const DOMAIN = 'demo';
const HEARTBEAT_S = 3;
const PATIENCE_MS = 90_000;
const AT_ONCE = 2;

export interface DemoOptions {
  boards: number;
  once: boolean;
  json: boolean;
}

interface Stage {
  service: Service;
  api: ApiClient;
  folder: string;
  agents: AgentProcess[];
  say(line: string): void;
}

/** Runs the demo; resolves with the exit code: 0 only if all of it worked. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const started = Date.now();
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-demo-'));
  const say = (line: string): void => void (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  const environment = {
    ROLLCALL_HTTP_PORT: options.once ? '0' : undefined,
    ROLLCALL_MQTT_PORT: options.once ? '0' : undefined,
    ...process.env,
  };
  const settings = readSettings({
    ...environment,
    ROLLCALL_DATA: join(folder, 'service'),
    ROLLCALL_MQTT_HOST: '127.0.0.1',
    ROLLCALL_HEARTBEAT_S: String(HEARTBEAT_S),
    ROLLCALL_JITTER_S: '1',
  });
  say('Rollcall demo: a service, a domain and some displays, all on this machine.\n');
  const service = await startService(settings, createLog('error'), (error) => {
    process.stderr.write(`the store failed: ${error.message}\n`);
    process.exit(EXIT.refused);
  }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const stage: Stage = { service, api: new ApiClient(service.listening.publicHttp), folder, agents: [], say };
  const stop = askedToEnd();
  try {
    const password = await prepare(stage, options);
    const outcome = await play(stage, options);
    const seconds = Math.round((Date.now() - started) / 100) / 10;
    if (options.once) {
      print(options.json, { ...outcome, seconds }, () => [
        outcome.ok ? `\nEverything worked, in ${seconds} s.` : '\nNot everything worked.',
      ]);
      return outcome.ok ? EXIT.done : EXIT.refused;
    }
    if (options.json)
      print(true, { ...outcome, seconds, url: service.listening.publicHttp, user: `admin@${DOMAIN}`, password }, () => []);
    say(
      `\nThe console is at  ${service.listening.publicHttp}\nSign in as         admin@${DOMAIN}\nPassword           ${password}\n\nIt runs until you press Ctrl-C; its data is then deleted.`,
    );
    await stop;
    return outcome.ok ? EXIT.done : EXIT.refused;
  } finally {
    await Promise.all(stage.agents.map(async (agent) => agent.stop()));
    await service.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function prepare({ service, api, say }: Stage, { boards }: DemoOptions): Promise<string> {
  const password = crockfordCode(randomBytes(16), 16).toLowerCase();
  const made = await service.operator.createDomain({
    name: DOMAIN,
    email: 'admin@demo.example',
    password,
    organization: 'Demo School',
  });
  say(`Domain "${made.name}" has been created and is active. Its 30-day trial ends on ${made.trialEndsAt?.slice(0, 10) ?? '-'}.`);
  const report = await service.operator.importLines(registerLines(simulatedCast(boards)));
  say(`The vendor's register lists ${report.added} displays that were built and sold.`);
  await api.signIn(made.user, password);
  return password;
}

async function play(stage: Stage, options: DemoOptions): Promise<{ ok: boolean; devices: number; credits: number }> {
  const { say, service } = stage;
  const cast = simulatedCast(options.boards);
  say('\nInstallers type the domain name on each display:');
  const enrolled = await inTurn(cast, async (role) => enrolDisplay(stage, role));
  const clone = cloneOf(cast);
  const cloneStopped = clone === null || (await tryClone(stage, clone));
  const own = await enrolThisMachine(stage);
  say('\nEvery display now sends heartbeats. Waiting for the first one from each …');
  const wanted = options.boards + 1;
  const heard = await waitFor(
    async () => (await stage.api.devices()).filter((device) => device.lastHeartbeatAt !== null && device.connected),
    (devices) => devices.length >= wanted,
  );
  for (const device of heard)
    say(`  ● ${device.label.padEnd(16)} ${device.serial.padEnd(24)} heard at ${device.lastHeartbeatAt?.slice(11, 19) ?? '-'}`);
  const figures = await stage.api.billing();
  const expected = cast.reduce((sum, role) => sum + role.credits, 0);
  const books = await service.operator.verifyLedger();
  say(
    `\n${heard.length} displays are online. The domain has ${figures.balance.toLocaleString('en')} credits (${expected.toLocaleString('en')} expected).`,
  );
  say(
    `The ledger was verified from its first row: ${books.ok ? 'it is correct' : `WRONG, ${books.firstDifference?.what ?? ''}`}.`,
  );
  const ok =
    enrolled.every(Boolean) && cloneStopped && own && heard.length === wanted && figures.balance === expected && books.ok;
  return { ok, devices: figures.devices, credits: figures.balance };
}

async function enrolDisplay(stage: Stage, role: Role): Promise<boolean> {
  const agent = agentOf(stage, role);
  const { document, problem } = await agent.ask('enroll', '--domain', DOMAIN);
  if (document?.['outcome'] !== 'accepted') {
    stage.say(`  ✕ ${role.label}: ${JSON.stringify(document)} ${problem}`);
    return false;
  }
  const { granted, reason } = document['credits'] as { granted: number; reason: string };
  const brought =
    granted > 0
      ? `${granted.toLocaleString('en')} credits added`
      : reason === 'product-key'
        ? 'its credits come with a product key'
        : 'no credits';
  stage.say(`  ✓ ${role.label} enrolled: ${brought}. It ${role.tale}.`);
  await stage.api.label(String(document['deviceId']), role.label);
  agent.run();
  return granted === role.credits;
}

async function tryClone(stage: Stage, clone: Role): Promise<boolean> {
  const { document } = await agentOf(stage, clone).ask('enroll', '--domain', DOMAIN);
  const waits = document?.['outcome'] === 'pending' && document['code'] === 'key-changed';
  stage.say(
    waits
      ? `\nAnother machine ${clone.tale}. It is not admitted: it waits in Devices as "Replaced or cloned?",\nand the running display is not affected.`
      : `\n✕ A clone should wait for approval, but: ${JSON.stringify(document)}`,
  );
  return waits;
}

async function enrolThisMachine(stage: Stage): Promise<boolean> {
  const { api, say } = stage;
  const agent = agentOf(stage, { name: 'this-machine', board: 'auto' });
  const identity = (await agent.ask('identity')).document;
  say(
    `\nThis machine too: serial ${String(identity?.['serial'])} (from ${String(identity?.['serialSource'])}, trust: ${String(identity?.['trust'])}).`,
  );
  const { document, problem } = await agent.ask('enroll', '--domain', DOMAIN);
  if (document?.['outcome'] === 'pending') {
    say(`It is not in the register, so it waits. Its screen shows the check code ${String(document['checkCode'])}`);
    const waiting = (await api.devices('pending')).find((device: Device) => device.pending?.code === 'awaiting-approval');
    if (waiting === undefined) return false;
    say(`The admin compares it with the console (${waiting.pending?.checkCode ?? '-'}) and approves.`);
    const approved = await api.approve(waiting.id);
    await api.label(approved.id, 'This machine');
    const again = await agent.ask('enroll', '--domain', DOMAIN);
    if (again.document?.['outcome'] !== 'accepted') return false;
    say('  ✓ This machine enrolled.');
  } else if (document?.['outcome'] !== 'accepted') {
    say(`  ✕ This machine: ${JSON.stringify(document)} ${problem}`);
    return false;
  }
  agent.run();
  return true;
}

function agentOf(stage: Stage, role: Pick<Role, 'name' | 'board'>): AgentProcess {
  const agent = new AgentProcess({
    name: role.name,
    board: role.board,
    folder: join(stage.folder, role.name),
    serviceUrl: stage.service.listening.publicHttp,
  });
  stage.agents.push(agent);
  return agent;
}

/** Two at a time, as the agents are processes on this machine too. */
async function inTurn<Item, Result>(items: Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE)
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(work))));
  return results;
}

/** Polls until `enough` is true or time runs out; returns the last value either way. */
async function waitFor<Value>(look: () => Promise<Value>, enough: (value: Value) => boolean): Promise<Value> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await look();
    if (enough(value) || Date.now() > until) return value;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
