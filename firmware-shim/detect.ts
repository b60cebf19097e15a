import { arch, release, type } from 'node:os';
import { probeAndroid } from './android.ts';
import type { Board, Identity } from './board.ts';
import { createHealthReader, readInventory } from './figures.ts';
import { thisHost, type Host } from './host.ts';
import { osName, probeDeviceTree, probeDmi, readMacs, type BoardFacts } from './linux.ts';
import { readMachineId, serialFromId } from './machine-id.ts';
import { createSimulatedBoard, parseSeed } from './simulated.ts';
import { cleanText } from './text.ts';

export interface BoardPorts {
  /** A random id of its own, kept in the agent's state and created at the first call: for boards without even a machine id. */
  ownId: () => Promise<string>;
  /** How a message reaches a person in front of the board. */
  show: (message: string) => void;
  host?: Host;
  machineId?: () => Promise<string | null>;
}

const SIMULATED = 'simulated:';

/** True for a valid value of ROLLCALL_BOARD: `auto` or `simulated:<seed>` (grammar in simulated.ts). */
export function isBoardSetting(setting: string): boolean {
  if (setting === 'auto') return true;
  if (!setting.startsWith(SIMULATED)) return false;
  try {
    parseSeed(setting.slice(SIMULATED.length));
    return true;
  } catch {
    return false;
  }
}

/** Weighs what the probes found (pure): the first probe with a usable serial decides, a machine id is the last resort. */
function identityFrom(
  probes: readonly BoardFacts[],
  around: { machineId: string | null; ownId: string | null; macs: readonly string[]; os: string; arch: string },
): Identity {
  const speaker = probes.find((facts) => facts.serial !== null);
  const first = <T>(pick: (facts: BoardFacts) => T | undefined) => probes.map(pick).find((value) => value !== undefined);
  const manufacturer = speaker?.manufacturer ?? first((facts) => facts.manufacturer);
  const firmware = speaker?.firmware ?? first((facts) => facts.firmware);
  const weak = speaker === undefined;
  const lastResort =
    around.machineId === null ? serialFromId('OWN', around.ownId ?? 'none') : serialFromId('MID', around.machineId);
  return {
    serial: speaker?.serial ?? lastResort,
    serialSource: speaker?.source ?? 'machine-id',
    model: speaker?.model ?? first((facts) => facts.model) ?? 'unknown',
    ...(manufacturer === undefined ? {} : { manufacturer }),
    ...(firmware === undefined ? {} : { firmware }),
    os: first((facts) => facts.os) ?? around.os,
    arch: around.arch,
    trust: weak ? 'weak' : 'hardware',
    fingerprint: {
      serial: weak ? null : (speaker.serial ?? null),
      machineId: around.machineId,
      boardUuid: probes.map((facts) => facts.boardUuid).find((uuid) => uuid !== null) ?? null,
      firstMac: around.macs[0] ?? null,
      macs: around.macs,
    },
  };
}

async function identifyHost(host: Host, ports: BoardPorts): Promise<Identity> {
  const found = await Promise.all([probeAndroid(host), probeDmi(host), probeDeviceTree(host)]);
  const probes = found.filter((facts) => facts !== null);
  const machineId = await (ports.machineId ?? readMachineId)();
  const needsOwnId = machineId === null && probes.every((facts) => facts.serial === null);
  return identityFrom(probes, {
    machineId,
    ownId: needsOwnId ? await ports.ownId() : null,
    macs: await readMacs(host),
    os: osName(await host.read('/etc/os-release')) ?? cleanText(`${type()} ${release()}`, 64) ?? 'unknown',
    arch: arch(),
  });
}

/** The board that ROLLCALL_BOARD names: `auto` (this machine) or `simulated:<seed>`. Throws a RangeError on anything else. */
export function detectBoard(setting: string, ports: BoardPorts): Board {
  if (setting.startsWith(SIMULATED)) return createSimulatedBoard(setting.slice(SIMULATED.length), ports.show);
  if (setting !== 'auto') throw new RangeError('must be `auto` or `simulated:<seed>`');
  const host = ports.host ?? thisHost;
  return {
    identify: () => identifyHost(host, ports),
    // No maker's key store that a display's agent could use is known here yet; boards with one supply their own Board.
    sign: async () => null,
    display: ports.show,
    inventory: readInventory,
    health: createHealthReader(host),
  };
}
