import { flushPresence, noteRun, acceptClock, prunePresence } from './presence.ts';
import { samplePresence } from './samples.ts';

export const presenceOperations = { flushPresence, noteRun, acceptClock, prunePresence, samplePresence };
