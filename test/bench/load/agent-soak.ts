/**
 * The agent's heartbeat loop on a clock of its own, over a real link: `open` connects; `beat` lets it beat so many times, each as soon as
 * the one before is through, with times offline in between, and tells what the process holds then.
 */
import { CommandHandler } from '../../../agent/commands.ts';
import { HeartbeatScheduler, type HeartbeatClock } from '../../../agent/heartbeat-scheduler.ts';
import { runSession } from '../../../agent/session.ts';
import { inMemoryStateStore } from '../../../agent/simulation/in-memory-state-store.ts';
import { createSimulatedBoard, simulatedDeviceKey } from '../../../firmware-shim/simulated.ts';
import { serveCalls } from '../child.ts';
import { held, type Held } from './memory-held.ts';

export interface AgentSoakInput {
  brokerUrl: string;
  caPem: string;
  keyPem: string;
  deviceId: string;
  certificatePem: string;
}

export interface Beaten extends Held {
  /** Since the start: beats that were acknowledged, and those that nobody heard. */
  acknowledged: number;
  missed: number;
}

/** Of every 2,000 beats 100 find no link. */
const OFFLINE = { every: 2000, beats: 100 };
const RHYTHM = { intervalS: 60, jitterS: 10 };
const BOARD = 'soak';

/** Its time goes on when it is told to. */
class SetClock implements HeartbeatClock {
  private ms = 0;
  private due: { ms: number; beat: () => void } | null = null;
  readonly random = Math.random;

  after(ms: number, beat: () => void): () => void {
    const mine = { ms, beat };
    this.due = mine;
    return () => {
      if (this.due === mine) this.due = null;
    };
  }

  nowMs(): number {
    return this.ms;
  }

  toNext(): void {
    const { due } = this;
    this.due = null;
    this.ms += due?.ms ?? 0;
    due?.beat();
  }
}

class SchedulerWithGaps extends HeartbeatScheduler {
  acknowledged = 0;
  missed = 0;

  override attach(send: Parameters<HeartbeatScheduler['attach']>[0]): void {
    super.attach(async (missed) => {
      if ((this.acknowledged + this.missed) % OFFLINE.every < OFFLINE.beats) {
        this.missed += 1;
        throw new Error('away');
      }
      await send(missed);
      this.acknowledged += 1;
    });
  }
}

const clock = new SetClock();
let left = 0;
let through: () => void = () => undefined;
const heartbeats = new SchedulerWithGaps(
  RHYTHM,
  () => {
    left -= 1;
    if (left > 0) setImmediate(() => clock.toNext());
    else through();
  },
  clock,
);

async function open({ brokerUrl, caPem, keyPem, deviceId, certificatePem }: AgentSoakInput): Promise<void> {
  const board = createSimulatedBoard(BOARD, () => undefined);
  const store = inMemoryStateStore(await board.identify(), simulatedDeviceKey(BOARD));
  // The fleet's devices share a key, which is not this board's.
  await store.update((state) => ({ ...state, privateKey: keyPem }));
  const linked = Promise.withResolvers<void>();
  left = 1;
  const ended = runSession(
    {
      store,
      board,
      heartbeats,
      proxy: null,
      commands: new CommandHandler(),
      log: { note: () => undefined },
      signal: new AbortController().signal,
      inventory: async () => board.inventory(),
      onLink: async () => linked.resolve(),
      onHeartbeat: () => undefined,
    },
    {
      deviceId,
      certificate: certificatePem,
      domain: 'fleet',
      organization: '',
      heartbeat: RHYTHM,
      enrolledAt: new Date().toISOString(),
    },
    { brokerUrl, ca: caPem },
  );
  void ended.then((end) => {
    throw new Error(`the session ended: ${JSON.stringify(end)}`);
  });
  await linked.promise;
}

async function beatTimes(times: number): Promise<Beaten> {
  await new Promise<void>((resolve) => {
    through = resolve;
    left = times;
    clock.toNext();
  });
  return { acknowledged: heartbeats.acknowledged, missed: heartbeats.missed, ...(await held()) };
}

serveCalls({ open, beat: beatTimes });
