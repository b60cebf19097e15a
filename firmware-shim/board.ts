import type { Health, SerialSource } from '../protocol/messages.ts';

/** How far a board's word about its serial goes: proven by a factory key, read from its hardware, or only likely. */
export type Trust = 'factory-key' | 'hardware' | 'weak';

/**
 * What tells one physical board from another on this machine (E1). Null where the board does not say.
 * `serial` is null for a weak identity: a serial made from the machine id travels with a copied disk.
 */
export interface Fingerprint {
  serial: string | null;
  machineId: string | null;
  boardUuid: string | null;
  firstMac: string | null;
  /** Every permanent hardware address of the board as it is now, the first one among them. */
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

/** The board that the agent runs on. */
export interface Board {
  /** What the board says of itself; read anew at each call. Never throws: what cannot be read is left out. */
  identify(): Promise<Identity>;
  /** The factory key's signature over `bytes` (E4), or null where the board has no factory key. */
  sign(bytes: Uint8Array): Promise<Buffer | null>;
  /** Shows a short message to whoever stands in front of the board. */
  display(message: string): void;
  /** What else is worth knowing, at most 64 short entries; slow (seconds) and memory-hungry on real boards, so asked for rarely. */
  inventory(): Promise<Record<string, string>>;
  /** The figures of one heartbeat; what cannot be measured is left out. */
  health(): Promise<Health>;
}
