import { statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import type { Health } from '../protocol/messages.ts';
import { within, type Host } from './host.ts';
import { cleanAscii, cleanText } from './text.ts';

const INVENTORY_TIMEOUT_MS = 15_000;
const MAX_ENTRIES = 64;

interface CpuTimes {
  busyMs: number;
  totalMs: number;
}

function cpuTimes(): CpuTimes {
  let idle = 0;
  let total = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { busyMs: total - idle, totalMs: total };
}

/** The share of `part` in `whole` in percent, 0 to 100, one decimal; undefined if there is no whole. */
export function percentOf(part: number, whole: number): number | undefined {
  if (!(whole > 0) || !Number.isFinite(part)) return undefined;
  return Math.min(100, Math.max(0, Math.round((part / whole) * 1000) / 10));
}

/** Used memory in percent from the text of /proc/meminfo: what the kernel calls available counts as free. */
export function memoryPercent(meminfo: string | null): number | undefined {
  const total = /^MemTotal:\s+(\d+) kB$/m.exec(meminfo ?? '')?.[1];
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo ?? '')?.[1];
  if (total === undefined || available === undefined) return percentOf(totalmem() - freemem(), totalmem());
  return percentOf(Number(total) - Number(available), Number(total));
}

/** A thermal zone's text (thousandths of a degree) in °C, or undefined if it is missing or implausible. */
export function celsius(zone: string | null): number | undefined {
  const degrees = Number.parseInt(zone ?? '', 10) / 1000;
  return Number.isFinite(degrees) && degrees > -60 && degrees < 150 ? Math.round(degrees * 10) / 10 : undefined;
}

/** Keeps only the figures that could be measured. */
function present(figures: Record<'cpuPercent' | 'memoryPercent' | 'diskPercent' | 'temperatureC', number | undefined>): Health {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));
}

/** Creates a reader for the figures of one heartbeat. It starts no process: a heartbeat must stay cheap. CPU is the mean since the last call. */
export function createHealthReader(host: Host): () => Promise<Health> {
  let before = cpuTimes();
  return async () => {
    const now = cpuTimes();
    const cpuPercent = percentOf(now.busyMs - before.busyMs, now.totalMs - before.totalMs);
    before = now;
    const disk = await within<{ blocks: number; bfree: number; bavail: number } | null>(statfs('/'), 2000, null);
    return present({
      cpuPercent,
      memoryPercent: memoryPercent(await host.read('/proc/meminfo')),
      diskPercent: disk === null ? undefined : percentOf(disk.blocks - disk.bfree, disk.blocks - disk.bfree + disk.bavail),
      temperatureC: celsius(await host.read('/sys/class/thermal/thermal_zone0/temp')),
    });
  };
}

/** The entries the protocol can carry: at most 64, names and values cleaned and truncated (A6). */
export function inventoryEntries(raw: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries: [string, string][] = [];
  for (const [name, value] of Object.entries(raw)) {
    const key = cleanAscii(name);
    const text = typeof value === 'string' || typeof value === 'number' ? cleanText(String(value), 256) : undefined;
    if (key !== undefined && text !== undefined && entries.length < MAX_ENTRIES) entries.push([key, text]);
  }
  return Object.fromEntries(entries);
}

/** What systeminformation knows about the board. Loaded only here, as it costs memory and starts processes. */
export async function readInventory(): Promise<Record<string, string>> {
  const asked = import('systeminformation').then(async ({ default: si }) => {
    const [system, os, cpu, memory, bios] = await Promise.all([si.system(), si.osInfo(), si.cpu(), si.mem(), si.bios()]);
    return inventoryEntries({
      manufacturer: system.manufacturer,
      model: system.model,
      'os.distro': os.distro,
      'os.release': os.release,
      'os.kernel': os.kernel,
      'cpu.brand': cpu.brand,
      'cpu.cores': cpu.cores,
      'memory.bytes': memory.total,
      'bios.version': bios.version,
    });
  });
  return within<Record<string, string>>(asked, INVENTORY_TIMEOUT_MS, {});
}
