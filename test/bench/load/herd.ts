/**
 * A herd of boards, as a process of its own (`new Child('…/herd.ts')`). Calls: `open` reads the fleet; `arrive` brings all in;
 * from then on each comes back by the agent's own back-off when it is cut off. `back` tells when the last of them was back after a given
 * moment; `leave` ends all sessions.
 */
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import { reconnectMs } from '../../../agent/backoff.ts';
import { encode } from '../../../protocol/messages.ts';
import { deviceTopic } from '../../../protocol/topics.ts';
import { seededRandom } from '../../support/seed.ts';
import { serveCalls } from '../child.ts';
import type { FleetFile } from './fleet.ts';
import type { OpenInput } from './heartbeats.ts';
import { connectPacket, PacketSession } from './packets.ts';

export interface ArriveInput {
  port: number;
  /** Handshakes at a time, the first time. */
  atOnce: number;
  /** Bare aedes answers a birth with nothing but its acknowledgement; the service sends settings after it. */
  settings: boolean;
  /** Over which a herd that was cut off comes back at least. */
  jitterS: number;
}

/** Milliseconds since 1970 at which boards were back. */
export interface Back {
  half: number;
  last: number;
  /** Connections that failed meanwhile. */
  failures: number;
  cpuSeconds: number;
}

interface Board {
  id: string;
  context: SecureContext;
  epoch: number;
  session: PacketSession | null;
  backAt: number;
}

const PATIENCE_MS = 120_000;
let boards: Board[] = [];
let leaving = false;
let failures = 0;

const rest = async (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

function open({ fleetFile, devices }: OpenInput): number {
  const fleet = JSON.parse(readFileSync(fleetFile, 'utf8')) as FleetFile;
  boards = fleet.devices.slice(0, devices).map(({ id, certificatePem }) => ({
    id,
    context: createSecureContext({ ca: fleet.caPem, cert: certificatePem, key: fleet.keyPem }),
    epoch: 0,
    session: null,
    backAt: 0,
  }));
  return boards.length;
}

/** A full handshake, CONNECT with a will, its one subscription and its birth, acknowledged. */
async function connect(board: Board, { port, settings }: ArriveInput): Promise<PacketSession> {
  const { id, context } = board;
  board.epoch += 1;
  const { epoch } = board;
  const will = { topic: deviceTopic(id, 'will'), payload: encode({ type: 'will', epoch }) };
  const place = { host: '127.0.0.1', port, servername: 'localhost', secureContext: context };
  const session = await PacketSession.open(place, connectPacket(id, will));
  try {
    await session.subscribe(deviceTopic(id, 'down'));
    const at = new Date().toISOString();
    const birth = encode({ type: 'birth', epoch, at, agentVersion: '1', intervalS: 60, inventory: {} });
    await session.publish(deviceTopic(id, 'birth'), birth);
    board.backAt = Date.now();
    if (settings) await session.message();
    session.settle();
    return session;
  } catch (error) {
    session.destroy();
    throw error;
  }
}

/** Until all leave: connected, or resting as the agent does before its next try. In its n-th outage a board rests as long here as in any herd. */
async function live(board: Board, index: number, input: ArriveInput): Promise<void> {
  let attempt = 0;
  let random = Math.random;
  for (let outage = 0; !leaving; attempt += 1) {
    try {
      board.session ??= await connect(board, input);
      await board.session.ended;
      attempt = 0;
      outage += 1;
      random = seededRandom(index * 1000 + outage);
    } catch {
      failures += 1;
    }
    board.session = null;
    if (!leaving) await rest(reconnectMs(attempt, input.jitterS, random()));
  }
}

/** Resolves when all are in. */
async function arrive(input: ArriveInput): Promise<number> {
  leaving = false;
  const waiting = boards.toReversed();
  const worker = async (): Promise<void> => {
    for (let board = waiting.pop(); board !== undefined; board = waiting.pop()) board.session = await connect(board, input);
  };
  await Promise.all(Array.from({ length: input.atOnce }, worker));
  for (const [index, board] of boards.entries()) void live(board, index, input);
  return boards.length;
}

async function back(since: number): Promise<Back> {
  const { user, system } = process.cpuUsage();
  failures = 0;
  const until = Date.now() + PATIENCE_MS;
  while (boards.some(({ backAt }) => backAt <= since)) {
    if (Date.now() > until) throw new Error(`${boards.filter(({ backAt }) => backAt <= since).length} boards are not back`);
    await rest(20);
  }
  const spent = process.cpuUsage({ user, system });
  const at = boards.map(({ backAt }) => backAt).toSorted((a, b) => a - b);
  return {
    half: at[Math.floor(at.length / 2)] ?? since,
    last: at.at(-1) ?? since,
    failures,
    cpuSeconds: (spent.user + spent.system) / 1e6,
  };
}

async function leave(): Promise<void> {
  leaving = true;
  const connected = boards.flatMap(({ session }) => (session === null ? [] : [session]));
  for (const session of connected) session.disconnect();
  await Promise.all(connected.map(async ({ ended }) => ended));
}

serveCalls({ open, arrive, back, leave });
