/** Runs before the tests that start programs: they are started as displays and installations have them. */
import { buildAgent } from '../../scripts/build-agent.ts';
import { buildService } from '../../scripts/build-service.ts';

export async function setup(): Promise<void> {
  await buildAgent();
  await buildService();
}
