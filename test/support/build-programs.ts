/** Runs before the tests that start programs: agents are started as displays have them, from the one file. */
import { buildAgent } from '../../scripts/build-agent.ts';

export const setup = buildAgent;
