import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { commandBatch, commandsPage } from '../../../protocol/api-commands.ts';
import type { Command, CommandState } from '../../../protocol/api-commands.ts';
import { change, read } from '../api/client.ts';
import { inPages } from '../api/pages.ts';
import { keys } from '../api/queries.ts';
import { useChange } from '../api/use-change.ts';
import type { WordKey, Words } from '../words/words.ts';

const PAGE_ROWS = 5;
/** How often an unfinished batch is polled: outcomes of commands arrive per device, never per batch. */
const BATCH_EVERY_MS = 2000;

const pathOf = (id: string): string => `/devices/${encodeURIComponent(id)}/commands`;

export const commandsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.commands, id],
    ...inPages(pathOf(id), commandsPage, PAGE_ROWS),
  });

/** Commands available with one click. */
export const asks = ['identify', 'refresh'] as const;
export type Asked = (typeof asks)[number];
export const askedWords: Record<Asked, WordKey> = { identify: 'commands.identify', refresh: 'commands.refresh' };

/** Sends a command to one device (P8). */
export const useCommand = (id: string) =>
  useChange((name: Asked) => change('POST', pathOf(id), { name }), [...keys.commands, id]);

const isOpen = (states: Record<CommandState, number>): boolean => states.waiting + states.sent + states.delivered > 0;

export const batchQuery = (batch: string) =>
  queryOptions({
    queryKey: [...keys.commands, 'batch', batch],
    queryFn: ({ signal }) => read(`/commands/batches/${batch}`, commandBatch, signal),
    refetchInterval: ({ state }) => (state.data === undefined || isOpen(state.data.states) ? BATCH_EVERY_MS : false),
  });

export function commandName(t: Words['t'], { name, args }: Pick<Command, 'name' | 'args'>): string {
  if (name !== 'set-tags') return t(askedWords[name]);
  const tags = args.tags ?? [];
  return t('commands.setTags', { tags: tags.length === 0 ? t('commands.noTags') : tags.join(', ') });
}

export const stateWords: Record<CommandState, WordKey> = {
  waiting: 'commands.waiting',
  sent: 'commands.sent',
  delivered: 'commands.delivered',
  done: 'commands.done',
  failed: 'commands.failed',
  expired: 'commands.expired',
};

/** Texts with a count. */
export const countWords = {
  waiting: 'commandCount.waiting',
  sent: 'commandCount.sent',
  delivered: 'commandCount.delivered',
  done: 'commandCount.done',
  failed: 'commandCount.failed',
  expired: 'commandCount.expired',
} as const;

/** When a command reached its current state. */
export function reachedAt({ createdAt, sentAt, deliveredAt, endedAt }: Command): string {
  return endedAt ?? deliveredAt ?? sentAt ?? createdAt;
}
