import { lazy, Suspense } from 'react';
import { SideDialog } from '../parts/Dialog.tsx';
import { RowsLoading } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';

/** Loaded when a device is first opened, to keep the console's first page small. */
const DeviceSheet = lazy(async () => ({ default: (await import('./DeviceSheet.tsx')).DeviceSheet }));

/** One device, shown over the list that it was opened from. */
export function DeviceDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { t } = useWords();
  return (
    <SideDialog title={t('device.title')} opened={id !== null} onClose={onClose} size="lg">
      {id === null ? null : (
        <Suspense fallback={<RowsLoading rows={6} />}>
          <DeviceSheet key={id} id={id} />
        </Suspense>
      )}
    </SideDialog>
  );
}
