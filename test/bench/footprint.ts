/**
 * `footprint`: what a display pays for the agent while nothing happens but heartbeats: memory, CPU, bytes on the wire, writes to its flash;
 * beside a process with mqtt.js alone that sends heartbeats of the same size as often. The board is this machine: its figures are
 * read as in the field. Heartbeats come once a second, and what each costs is reckoned up to one a minute.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/process.ts';
import type { Size } from './measure.ts';
import { usageOf } from './child.ts';
import { Displays, freshAgent, live, MAX_BUNDLE_BYTES, type Make } from './displays.ts';
import { seedFleet } from './load/fleet.ts';
import { ServiceProcess } from './load/service.ts';
import type { Comparison, Pair } from './measure.ts';

const SCALES = {
  full: { pairs: 3, settleMs: 10_000, beatMs: 20_000, idleMs: 20_000 },
  smoke: { pairs: 1, settleMs: 1500, beatMs: 2500, idleMs: 500 },
};
const BEATS_A_DAY = 1440;
const BEATS_AN_HOUR = 60;
const MAX_WRITTEN_A_DAY = 10_000_000;

/** Between a display and the service: counts the bytes of the connection, TLS records with all they hold. */
class Wire {
  bytes = 0;
  /** What came from the display in one piece: a heartbeat is one. */
  pieces = 0;
  private readonly server: Server;

  private constructor(brokerPort: number) {
    this.server = createServer({ noDelay: true }, (display) => {
      const broker = connect({ port: brokerPort, host: '127.0.0.1', noDelay: true });
      for (const [from, to] of [[display, broker] as const, [broker, display] as const]) {
        from.on('data', (data) => {
          this.bytes += data.length;
          if (from === display) this.pieces += 1;
          to.write(data);
        });
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
      }
    });
  }

  static async open(brokerPort: number): Promise<Wire> {
    const wire = new Wire(brokerPort);
    await new Promise<void>((resolve) => {
      wire.server.listen(0, '127.0.0.1', resolve);
    });
    return wire;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
  }
}

/** Seconds of CPU of all threads, to the nanosecond: what a heartbeat costs is below the hundredths that /proc/…/stat has. */
function cpuSeconds(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  return (
    threads.reduce(
      (sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
      0,
    ) / 1e9
  );
}

/** Bytes of pages that the process made dirty on a disk. */
const writtenBytes = (pid: number): number => Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);

const rest = async (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

interface Cost {
  rssBytes: number;
  /** Over the time measured. */
  cpuS: number;
  wireBytes: number;
  writtenBytes: number;
  beats: number;
}

/** Lives as a display for as long as it takes to settle, and measures it from then on. */
async function costOf(
  make: Make,
  brokerPort: number,
  { settleMs, measureMs }: { settleMs: number; measureMs: number },
): Promise<Cost> {
  const wire = await Wire.open(brokerPort);
  try {
    return await live(await make(wire.port), async ({ pid = 0 }) => {
      await eventually(
        async () => wire.bytes,
        (bytes) => bytes > 1000,
        'the handshake',
      );
      await rest(settleMs);
      const before = { cpu: cpuSeconds(pid), bytes: wire.bytes, pieces: wire.pieces, written: writtenBytes(pid) };
      await rest(measureMs);
      return {
        rssBytes: usageOf(pid).rssBytes,
        cpuS: cpuSeconds(pid) - before.cpu,
        wireBytes: wire.bytes - before.bytes,
        writtenBytes: writtenBytes(pid) - before.written,
        beats: wire.pieces - before.pieces,
      };
    });
  } finally {
    wire.close();
  }
}

interface Both {
  ours: Cost;
  other: Cost;
}

/** Both at the same time, on a service that asks for heartbeats so often. */
async function measure(
  folder: string,
  intervalS: number,
  { pairs, ...times }: { pairs: number; settleMs: number; measureMs: number },
): Promise<Both[]> {
  const data = join(folder, `every-${intervalS}`);
  mkdirSync(data);
  const fleet = await seedFleet(data, 2 * pairs);
  const displays = await Displays.build(data, fleet, { board: 'auto', intervalS, goesOn: true });
  const service = await ServiceProcess.start(data, {
    environment: { ROLLCALL_HEARTBEAT_S: String(intervalS), ROLLCALL_JITTER_S: '0' },
  });
  try {
    const all: Both[] = [];
    while (all.length < pairs) {
      const [ours, other] = await Promise.all([
        costOf(displays.agent, service.mqttPort, times),
        costOf(displays.mqttOnly, service.mqttPort, times),
      ]);
      all.push({ ours, other });
    }
    return all;
  } finally {
    await service.stop();
  }
}

export async function footprint(size: Size): Promise<Comparison[]> {
  const { pairs, settleMs, beatMs, idleMs } = SCALES[size];
  const bundleBytes = await freshAgent();
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  try {
    const [idle] = await measure(folder, 600, { pairs: 1, settleMs, measureMs: idleMs });
    const beating = await measure(folder, 1, { pairs, settleMs, measureMs: beatMs });
    const expected = Math.floor(beatMs / 1000) - 1;
    if (idle === undefined || beating.some(({ ours, other }) => Math.min(ours.beats, other.beats) < expected))
      throw new Error(`not every heartbeat was sent: ${JSON.stringify(beating)}`);
    const of = (figure: (cost: Cost, side: 'ours' | 'other') => number): Pair[] =>
      beating.map((both) => ({ ours: figure(both.ours, 'ours'), other: figure(both.other, 'other') }));
    const aDay = (figure: 'wireBytes' | 'writtenBytes', cost: Cost): number => (cost[figure] / cost.beats) * BEATS_A_DAY;
    const cpu = (cost: Cost, side: 'ours' | 'other'): number =>
      (cost.cpuS / cost.beats) * BEATS_AN_HOUR + (idle[side].cpuS / idleMs) * 3_600_000;
    const bench = 'footprint';
    const limit = (figure: string, unit: string, most: number, values: number[]): Comparison => ({
      bench,
      figure,
      unit,
      bound: { atMost: 1 },
      pairs: values.map((ours) => ({ ours, other: most })),
    });
    return [
      { bench, figure: 'memory', unit: 'MB', bound: { atMost: 1.15 }, pairs: of(({ rssBytes }) => rssBytes / 1e6) },
      { bench, figure: 'CPU an hour', unit: 's', bound: { atMost: 3 }, pairs: of(cpu) },
      {
        bench,
        figure: 'on the wire a day',
        unit: 'kB',
        bound: { atMost: 1.3 },
        pairs: of((cost) => aDay('wireBytes', cost) / 1000),
        note: 'heartbeats and their acknowledgements as TLS carries them',
      },
      limit(
        'written to disk a day, against 10 MB',
        'bytes',
        MAX_WRITTEN_A_DAY,
        beating.map(({ ours }) => aDay('writtenBytes', ours)),
      ),
      limit('bundle, against 1.2 MB', 'bytes', MAX_BUNDLE_BYTES, [bundleBytes]),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
