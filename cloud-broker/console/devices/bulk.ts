import { useMutation, useQueries } from '@tanstack/react-query';
import { commandsMade, commandStates } from '../../../protocol/api-commands.ts';
import type { CommandState } from '../../../protocol/api-commands.ts';
import { MAX_SELECTED, tagsMade, unenrolMade } from '../../../protocol/api-selection.ts';
import type { TagsMade } from '../../../protocol/api-selection.ts';
import { ask } from '../api/client.ts';
import { filterQuery } from '../app/address.ts';
import type { DeviceFilter } from '../app/address.ts';
import { batchQuery } from '../fleet/commands.ts';
import type { Asked } from '../fleet/commands.ts';

/** A selection, or everything that a filter matches, loaded or not. */
export type Aim = { ids: readonly string[] } | { filter: DeviceFilter };

/** The request bodies that together cover a target: the service limits the ids per request. */
function aimsOf(aim: Aim): object[] {
  if ('filter' in aim) {
    const { sort: _, ...filter } = Object.fromEntries(filterQuery(aim.filter)) as Record<string, string>;
    return [{ filter }];
  }
  const pieces: object[] = [];
  for (let from = 0; from < aim.ids.length; from += MAX_SELECTED) pieces.push({ ids: aim.ids.slice(from, from + MAX_SELECTED) });
  return pieces;
}

export interface Commanded {
  batches: string[];
  commands: number;
  refused: number;
}

/** Sends a command to a whole target (P8). */
export function useCommands() {
  return useMutation({
    mutationFn: async ({ name, aim }: { name: Asked; aim: Aim }): Promise<Commanded> => {
      const sum: Commanded = { batches: [], commands: 0, refused: 0 };
      for (const target of aimsOf(aim)) {
        const made = await ask('/commands', commandsMade, { name, ...target });
        if (made.commands > 0) sum.batches.push(made.batch);
        sum.commands += made.commands;
        sum.refused += made.refusedCount;
      }
      return sum;
    },
  });
}

/** Outcomes of the commands by state, over all batches. */
export function useStates(batches: readonly string[]): Partial<Record<CommandState, number>> {
  const answers = useQueries({ queries: batches.map(batchQuery) });
  return Object.fromEntries(
    commandStates.map((state) => [state, answers.reduce((sum, { data }) => sum + (data?.states[state] ?? 0), 0)]),
  );
}

interface TagStep {
  tag: string;
  added: boolean;
  changed: readonly string[];
}

export interface TagsChanged {
  steps: readonly TagStep[];
  changed: number;
  unchanged: number;
  refused: number;
  /** False if more devices changed than the service names. */
  undoable: boolean;
}

/** Tags are changed one at a time, so that it is known which devices each one changed and what undo must leave alone. */
async function changeTags(aim: Aim, add: readonly string[], remove: readonly string[]): Promise<TagsChanged> {
  const steps: TagStep[] = [];
  const [changed, refused] = [new Set<string>(), new Set<string>()];
  let [undoable, most, same] = [true, 0, Infinity];
  // Adds first: a device that loses a tag may leave the filter.
  const wishes = [...add.map((tag) => ({ tag, added: true })), ...remove.map((tag) => ({ tag, added: false }))];
  for (const { tag, added } of wishes) {
    let [ofTag, unchanged] = [0, 0];
    for (const target of aimsOf(aim)) {
      const made: TagsMade = await ask('/devices/tags', tagsMade, { ...target, [added ? 'add' : 'remove']: [tag] });
      steps.push({ tag, added, changed: made.changed });
      for (const id of made.changed) changed.add(id);
      for (const { deviceId } of made.refused) refused.add(deviceId);
      undoable &&= made.changed.length === made.changedCount;
      ofTag += made.changedCount;
      unchanged += made.unchanged;
    }
    most = Math.max(most, ofTag);
    same = Math.min(same, unchanged);
  }
  const count = Math.max(changed.size, most);
  return { steps, changed: count, unchanged: count === 0 ? same : 0, refused: refused.size, undoable };
}

/** Reverts exactly what was changed, last step first. */
export async function undoTags({ steps }: TagsChanged): Promise<void> {
  for (const { tag, added, changed } of steps.toReversed())
    for (const target of aimsOf({ ids: changed }))
      await ask('/devices/tags', tagsMade, { ...target, [added ? 'remove' : 'add']: [tag] });
}

export function useTags() {
  return useMutation({
    mutationFn: ({ aim, add, remove }: { aim: Aim; add: readonly string[]; remove: readonly string[] }) =>
      changeTags(aim, add, remove),
  });
}

export interface Unenrolled {
  unenrolled: number;
  refused: number;
}

/** Unenrols a selection (E9). */
export function useUnenrolSome() {
  return useMutation({
    mutationFn: async (ids: readonly string[]): Promise<Unenrolled> => {
      const sum: Unenrolled = { unenrolled: 0, refused: 0 };
      for (const target of aimsOf({ ids })) {
        const made = await ask('/devices/unenrol', unenrolMade, target);
        sum.unenrolled += made.unenrolled.length;
        sum.refused += made.refused.length;
      }
      return sum;
    },
  });
}
