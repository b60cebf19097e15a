/** A display in the test's own process, whose line to the service goes through a fault proxy: the real agent, but for its state folder. */
import { onTestFinished } from 'vitest';
import { runEnrolment } from '../../agent/enrolling.ts';
import type { Outcome } from '../../agent/enrollment.ts';
import { inMemoryStateStore } from '../../agent/simulation/in-memory-state-store.ts';
import { Runner, type RunEnd } from '../../agent/run.ts';
import type { StateStore } from '../../agent/state-store.ts';
import { createSimulatedBoard, simulatedDeviceKey } from '../../firmware-shim/simulated.ts';
import { readFileSync } from 'node:fs';
import { FaultProxy } from './fault-proxy.ts';
import type { TestService } from './service.ts';

const ENROLMENT_MS = 120_000;
/** A display in the field gives an acknowledgement 20 s. */
const ACKNOWLEDGED_MS = 1000;

export class LineDisplay {
  readonly proxy: FaultProxy;
  readonly events: string[] = [];
  /** How often it came in. */
  connected = 0;
  beats = 0;
  readonly store: StateStore;
  private readonly board: ReturnType<typeof createSimulatedBoard>;
  private readonly ca: string;
  private readonly stopping = new AbortController();

  private constructor(proxy: FaultProxy, store: StateStore, board: LineDisplay['board'], ca: string) {
    this.proxy = proxy;
    this.store = store;
    this.board = board;
    this.ca = ca;
  }

  static async make(service: Pick<TestService, 'mqtt' | 'ca'>, seed: string): Promise<LineDisplay> {
    const proxy = await FaultProxy.open(Number(new URL(service.mqtt).port));
    const board = createSimulatedBoard(seed, () => undefined);
    const store = inMemoryStateStore(await board.identify(), simulatedDeviceKey(seed));
    const update = store.update.bind(store);
    // The network leads it through the proxy, wherever the service says its broker is.
    store.update = async (change) =>
      update((state) => {
        const next = change(state);
        if (next.service === null) return next;
        return { ...next, service: { ...next.service, brokerUrl: `mqtts://127.0.0.1:${proxy.port}` } };
      });
    return new LineDisplay(proxy, store, board, readFileSync(service.ca, 'utf8'));
  }

  private get log(): { note(event: string): void } {
    return { note: (event) => void this.events.push(event) };
  }

  async enrol(domain: string): Promise<Outcome> {
    const service = { brokerUrl: `mqtts://127.0.0.1:${this.proxy.port}`, ca: this.ca };
    const { store, board, log } = this;
    return runEnrolment(
      { store, board, log, service, proxy: null, signal: this.stopping.signal },
      { domain, budgetMs: ENROLMENT_MS },
    );
  }

  /** Lives until `stop`, or until only a person could go on. */
  run(): Promise<RunEnd> {
    const { store, board, log } = this;
    const settings = {
      serviceUrl: null,
      stateFolder: '',
      extraCa: null,
      board: '',
      proxy: null,
      language: 'en' as const,
      setupPort: null,
    };
    const runner = new Runner(
      { store, board, log, settings, signal: this.stopping.signal, acknowledgedMs: ACKNOWLEDGED_MS },
      {
        change: ({ connected, lastHeartbeatAt }) => {
          if (connected === true) this.connected += 1;
          if (typeof lastHeartbeatAt === 'string') this.beats += 1;
        },
        flushed: async () => undefined,
      },
    );
    const ended = runner.run();
    onTestFinished(async () => this.stop(ended));
    return ended;
  }

  private async stop(ended: Promise<unknown>): Promise<void> {
    this.stopping.abort();
    await ended;
  }
}
