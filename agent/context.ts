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

/** Reads the settings and finds the board. Throws a Refusal `settings-invalid`. */
export function createContext(environment: NodeJS.ProcessEnv, signal: AbortSignal, show?: (message: string) => void): Context {
  const settings = readSettings(environment, process.getuid?.() === 0);
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
