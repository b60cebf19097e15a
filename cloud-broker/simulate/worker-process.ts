import { fork, type ChildProcess } from 'node:child_process';
import { RollcallError, isErrorCode } from '../../protocol/errors.ts';
import {
  simulationReport,
  type SimulationOrder,
  type SimulationReport,
  type SimulationStart,
  type SimulationTally,
} from '../../protocol/simulation.ts';

const WORKER = new URL('../../agent/simulation/worker.ts', import.meta.url);
const NOTHING: SimulationTally = { accepted: 0, pending: 0, rejected: 0, unanswered: 0, heard: 0, back: 0, heartbeats: 0 };

export type Measured = Extract<SimulationReport, { say: 'end' }>;

/** One process running many simulated displays. */
export class WorkerProcess {
  /** As last reported. */
  tally = NOTHING;
  /** Rejects if the process cannot start or ends by itself. */
  readonly trouble: Promise<never>;
  private readonly child: ChildProcess;
  private readonly measured: Promise<Measured>;

  constructor(start: SimulationStart) {
    const measured = Promise.withResolvers<Measured>();
    const trouble = Promise.withResolvers<never>();
    this.measured = measured.promise;
    this.trouble = trouble.promise;
    this.trouble.catch(() => undefined);
    this.child = fork(WORKER, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.child.on('error', trouble.reject);
    this.child.on('exit', (code, signal) => trouble.reject(new Error(`a process of simulated boards ended: ${signal ?? code}`)));
    this.child.on('message', (message) => {
      const said = simulationReport.parse(message);
      if (said.say === 'refused') return trouble.reject(refusal(said));
      this.tally = said.tally;
      if (said.say === 'end') measured.resolve(said);
    });
    this.order(start);
  }

  order(order: SimulationOrder): void {
    if (this.child.connected) this.child.send(order);
  }

  /** Lets the displays say goodbye; resolves with the measurements. */
  async stop(): Promise<Measured> {
    this.order({ do: 'stop' });
    return Promise.race([this.measured, this.trouble]);
  }

  /** Ends the process now. */
  end(): void {
    this.child.removeAllListeners('exit');
    this.child.kill('SIGKILL');
  }
}

function refusal({ code, detail }: { code: string; detail: string }): Error {
  return isErrorCode(code) && code !== 'internal' ? new RollcallError(code, { detail }) : new Error(detail);
}
