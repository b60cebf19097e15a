import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Board } from '../firmware-shim/board.ts';
import { detectBoard } from '../firmware-shim/detect.ts';
import { createLog, type Log } from './log.ts';
import { readSettings, type Settings } from './settings.ts';
import { ownId } from './state-folder.ts';

/** What every command works with. */
export interface Context {
  settings: Settings;
  log: Log;
  board: Board;
  /** Aborted by SIGTERM or SIGINT. */
  signal: AbortSignal;
}

/**
 * When started as root, becomes the user that owns the state. The unit that runs as that user can then read what is written, and the board identifies
 * itself alike to both.
 */
function becomeOwner(folder: string): void {
  if (process.getuid?.() !== 0) return;
  const [state, itself] = [join(folder, 'state.json'), folder].map((path) => statSync(path, { throwIfNoEntry: false }));
  const { uid, gid } = state ?? itself ?? { uid: 0, gid: 0 };
  if (uid === 0) return;
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

/** Reads the settings and detects the board. Throws a Refusal `settings-invalid`. */
export function createContext(environment: NodeJS.ProcessEnv, signal: AbortSignal, show?: (message: string) => void): Context {
  const settings = readSettings(environment, process.getuid?.() === 0);
  becomeOwner(settings.stateFolder);
  const log = createLog();
  const board = detectBoard(settings.board, {
    ownId: () => ownId(settings.stateFolder),
    show: (message) => {
      log.note('display', { message });
      show?.(message);
    },
  });
  return { settings, log, board, signal };
}
