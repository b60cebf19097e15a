import { useMutation } from '@tanstack/react-query';
import { device as deviceSchema } from '../../../protocol/api.ts';
import type { Device, DevicePatch } from '../../../protocol/api.ts';
import { change, read } from '../api/client.ts';
import { hasCode } from '../api/failure.ts';
import { keys } from '../api/queries.ts';
import { useChange } from '../api/use-change.ts';
import { useHub } from '../live/Live.tsx';
import { useWords } from '../words/words.ts';
import { useUndo } from './Undo.tsx';

const pathOf = (id: string): string => `/devices/${encodeURIComponent(id)}`;

/** The device as lists show it now; null if they no longer show it. */
async function readNow(id: string): Promise<Device | null> {
  try {
    const device = await read(pathOf(id), deviceSchema);
    return device.unenrolledAt === undefined ? device : null;
  } catch (error) {
    if (hasCode(error, 'not-found')) return null;
    throw error;
  }
}

/** After a change, refused or not, shows the device's actual state, even if its event is late. */
function useLookAgain(id: string): () => Promise<void> {
  const hub = useHub();
  return async () => hub.apply([{ id, device: await readNow(id) }]);
}

/** Approves a waiting device; for a changed key also states what it is (E7). */
export function useApprove(id: string) {
  const onSettled = useLookAgain(id);
  return useMutation({
    mutationFn: (as: 'replaced' | 'another' | null) => change('POST', `${pathOf(id)}/approve`, as === null ? {} : { as }),
    onSettled,
  });
}

/** Rejects a waiting device for 30 days, or blocks it until lifted (E6). */
export function useReject(id: string) {
  const onSettled = useLookAgain(id);
  return useMutation({ mutationFn: (block: boolean) => change('POST', `${pathOf(id)}/reject`, { block }), onSettled });
}

/** Changes label and tags; the change can be undone for 10 seconds (principle 8). */
export function useEdit({ id, label, tags }: Device) {
  const onSettled = useLookAgain(id);
  const offer = useUndo();
  const { t } = useWords();
  return useMutation({
    mutationFn: (patch: DevicePatch) => change('PATCH', pathOf(id), patch),
    onSuccess: (_answer, patch) => {
      const before: DevicePatch = {
        ...(patch.label === undefined ? {} : { label }),
        ...(patch.tags === undefined ? {} : { tags }),
      };
      offer({
        text: t('undo.labelled', { label }),
        undo: async () => {
          await change('PATCH', pathOf(id), before);
          await onSettled();
        },
      });
    },
    onSettled,
  });
}

/** Unenrols a device (E9). */
export function useUnenrol(id: string) {
  const onSettled = useLookAgain(id);
  return useMutation({ mutationFn: () => change('DELETE', pathOf(id)), onSettled });
}

/** Lifts a rejection or a block. */
export const useLift = (id: string) => useChange(() => change('DELETE', `/blocks/${encodeURIComponent(id)}`), keys.blocks);
