import { Place } from '../../agent/support/agent-process.ts';
import type { TestService } from './service.ts';

/** A display with the real agent: its own state folder and processes, gone with the test. Seeds as in ROLLCALL_BOARD, without `simulated:`. */
export function newDisplay(service: Pick<TestService, 'http'>, board: string, more: Record<string, string> = {}): Place {
  return new Place({ ROLLCALL_URL: service.http, ROLLCALL_BOARD: `simulated:${board}`, ...more });
}

/** Runs work over all items, so many at a time: displays are processes of this machine. */
export async function someAtATime<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as Item, index);
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}
