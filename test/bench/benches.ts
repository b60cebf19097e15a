/** Every benchmark by name, in the order in which they run. */
import type { Bench } from './measure.ts';

/** Loaded when it runs: one benchmark's memory is no part of another's. */
export const benches: Record<string, () => Promise<Bench>> = {
  'enroll-commit': async () => (await import('./enroll-commit.ts')).enrollCommit,
  'daily-close': async () => (await import('./daily-close.ts')).dailyClose,
  'enroll-wire': async () => (await import('./enroll-wire.ts')).enrollWire,
  heartbeat: async () => (await import('./heartbeat.ts')).heartbeat,
  start: async () => (await import('./start.ts')).start,
  agent: async () => (await import('./agent.ts')).agent,
  footprint: async () => (await import('./footprint.ts')).footprint,
  connect: async () => (await import('./connect.ts')).connect,
  herd: async () => (await import('./herd.ts')).herd,
  sweep: async () => (await import('./sweep.ts')).sweep,
  'board-memory': async () => (await import('./board-memory.ts')).boardMemory,
  soak: async () => (await import('./soak.ts')).soak,
  'event-loop': async () => (await import('./event-loop.ts')).eventLoop,
  'devices-page': async () => (await import('./devices-page.ts')).devicesPage,
  'console-usable': async () => (await import('./console-usable.ts')).consoleUsable,
  billing: async () => (await import('./billing.ts')).billing,
};
