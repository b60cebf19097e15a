/** A process of `rollcall simulate` that runs many displays, each the real agent. Its parent sends orders and receives reports. */
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { simulationOrder, type SimulationReport, type SimulationStart } from '../../protocol/simulation.ts';
import { errorText } from '../../protocol/error-text.ts';
import { normaliseDomain } from '../../protocol/text.ts';
import { discover } from '../discovery.ts';
import { Refusal } from '../refusal.ts';
import { readSettings } from '../settings.ts';
import { Crowd } from './crowd.ts';

const REPORT_MS = 200;

function report(said: SimulationReport): void {
  if (process.connected) process.send?.(said);
}

/** Every connection this process opens, so that all can be cut as a dead switch would. */
function openConnections(): Set<Socket> {
  const open = new Set<Socket>();
  subscribe('net.client.socket', (message) => {
    const { socket } = message as { socket: Socket };
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}

async function begin(order: SimulationStart): Promise<Crowd> {
  const { url, domain, pairingCode, budgetMs } = order;
  const settings = readSettings({ ...process.env, ROLLCALL_URL: url, ROLLCALL_BOARD: 'auto' }, false);
  const service = await discover(settings);
  const crowd = new Crowd({ settings, service, domain: normaliseDomain(domain), pairingCode, budgetMs });
  setInterval(() => report({ say: 'tally', tally: crowd.tally }), REPORT_MS).unref();
  crowd.begin(order);
  return crowd;
}

const connections = openConnections();
let crowd: Promise<Crowd> | null = null;

async function obey(message: unknown): Promise<void> {
  const order = simulationOrder.parse(message);
  if (order.do === 'start') crowd = begin(order);
  const ours = await crowd;
  if (ours === null) return;
  if (order.do === 'cut') {
    ours.cut();
    for (const socket of connections) socket.destroy();
  }
  if (order.do === 'stop') report({ say: 'end', ...(await ours.stop()) });
}

// The parent decides when this process ends: a Ctrl-C reaches both.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  obey(message).catch((error: unknown) => {
    const refused = error instanceof Refusal ? error : null;
    const detail = refused?.detail ?? errorText(error);
    report({ say: 'refused', code: refused?.code ?? 'internal', detail });
  });
});
