import type { Health, SerialSource } from '../protocol/messages.ts';

/** How far a board's claim about its serial can be trusted: proven by a factory key, read from its hardware, or merely likely. */
export type Trust = 'factory-key' | 'hardware' | 'weak';

/**
 * What distinguishes one physical board from another on this machine (E1). Null if the board does not report it. `serial` is null for a weak
 * identity: a serial derived from the machine id travels with a copied disk.
 */
export interface Fingerprint {
  serial: string | null;
  machineId: string | null;
  boardUuid: string | null;
  firstMac: string | null;
  /** Every current permanent hardware address of the board, including the first. */
  macs?: readonly string[];
}

export interface Identity {
  serial: string;
  serialSource: SerialSource;
  model: string;
  manufacturer?: string;
  firmware?: string;
  os: string;
  arch: string;
  trust: Trust;
  fingerprint: Fingerprint;
}

/** The board the agent runs on. */
export interface Board {
  /** What the board reports about itself; read afresh at each call. Never throws: what cannot be read is left out. */
  identify(): Promise<Identity>;
  /** The factory key's signature over `bytes` (E4), or null if the board has no factory key. */
  sign(bytes: Uint8Array): Promise<Buffer | null>;
  /** Shows a short message to a person in front of the board. */
  display(message: string): void;
  /** Other useful facts, at most 64 short entries; slow (seconds) and memory-hungry on real boards, so rarely requested. */
  inventory(): Promise<Record<string, string>>;
  /** The figures of one heartbeat; what cannot be measured is left out. */
  health(): Promise<Health>;
}
