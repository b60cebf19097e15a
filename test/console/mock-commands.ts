import type { z } from 'zod';
import { command, commandBatch, commandBody, commandsBody, commandsMade, commandsPage } from '../../protocol/api-commands.ts';
import type { Command, CommandState } from '../../protocol/api-commands.ts';
import type { Device } from '../../protocol/api.ts';
import { iso } from './mock-data.ts';

/** What was asked of devices, newest first. Nobody answers: a test says what became of it. */
export class MockCommands {
  readonly #made: { deviceId: string; batch: string | null; command: Command }[] = [];

  send(deviceId: string, body: unknown, batch: string | null = null): Command {
    const { name, args = {} } = commandBody.parse(body);
    const now = Date.now();
    const made: Command = {
      id: `c-${this.#made.length + 1}`,
      name,
      args: args.tags === undefined ? {} : { tags: args.tags },
      state: 'waiting',
      createdAt: iso(now),
      expiresAt: iso(now + 24 * 3_600_000),
      sentAt: null,
      deliveredAt: null,
      endedAt: null,
      detail: null,
      by: 'admin@springfield',
    };
    this.#made.unshift({ deviceId, batch, command: made });
    return command.parse(made);
  }

  sendToAll(state: { devices: ReadonlyMap<string, Device> }, body: unknown): z.output<typeof commandsMade> {
    const { name, filter } = commandsBody.parse(body);
    const ids = [...state.devices.values()]
      .filter(({ status, pending }) => pending === null && (filter?.status === undefined || filter.status === status))
      .map(({ id }) => id);
    for (const id of ids) this.send(id, { name }, 'batch-1');
    return { batch: 'batch-1', commands: ids.length, refused: [], refusedCount: 0 };
  }

  page(deviceId: string, from: number, limit: number): z.output<typeof commandsPage> {
    const all = this.#made.filter((entry) => entry.deviceId === deviceId).map((entry) => entry.command);
    const nextCursor = from + limit < all.length ? `at-${from + limit}` : null;
    return { items: all.slice(from, from + limit), nextCursor };
  }

  batch(batch: string): z.output<typeof commandBatch> {
    const states = { waiting: 0, sent: 0, delivered: 0, done: 0, failed: 0, expired: 0 };
    const made = this.#made.filter((entry) => entry.batch === batch);
    for (const entry of made) states[entry.command.state] += 1;
    return { batch, name: made[0]?.command.name ?? 'identify', commands: made.length, states };
  }

  /** Says what became of the newest `most` commands that wait. */
  become(state: CommandState, most: number, detail: string | null = null): void {
    const now = iso(Date.now());
    for (const { command: made } of this.#made.filter((entry) => entry.command.state === 'waiting').slice(0, most))
      Object.assign(made, { state, sentAt: now, deliveredAt: now, endedAt: now, detail });
  }
}
