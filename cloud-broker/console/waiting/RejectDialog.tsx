import { Checkbox, Text } from '@mantine/core';
import { useState } from 'react';
import type { Device } from '../../../protocol/api.ts';
import { Confirm } from '../parts/Dialog.tsx';
import { useWords } from '../words/words.ts';
import { useReject } from '../fleet/changes.ts';

/** Rejecting shuts a display out, so one dialog states for how long and how to undo it (principle 8). */
export function RejectDialog({ device, opened, onClose }: { device: Device; opened: boolean; onClose: () => void }) {
  const { t } = useWords();
  const [block, setBlock] = useState(false);
  const reject = useReject(device.id);
  return (
    <Confirm
      title={t('reject.title', { serial: device.serial })}
      opened={opened}
      onClose={onClose}
      action={t('waiting.reject')}
      attempt={reject}
      onConfirm={() => reject.mutate(block, { onSuccess: onClose })}
    >
      <Text>{t('reject.text')}</Text>
      <Checkbox label={t('reject.block')} checked={block} onChange={(event) => setBlock(event.currentTarget.checked)} />
    </Confirm>
  );
}
