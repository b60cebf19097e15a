import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Device } from '../../../protocol/api.ts';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { useReject } from '../devices/changes.ts';

/** Rejecting shuts a display out, so one dialog says for how long and how to take it back (principle 8). */
export function RejectDialog({ device, opened, onClose }: { device: Device; opened: boolean; onClose: () => void }) {
  const { t } = useWords();
  const [block, setBlock] = useState(false);
  const reject = useReject(device.id);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('reject.title', { serial: device.serial })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack gap="md">
        <Text>{t('reject.text')}</Text>
        <Checkbox label={t('reject.block')} checked={block} onChange={(event) => setBlock(event.currentTarget.checked)} />
        {reject.isError ? <Refused error={reject.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button loading={reject.isPending} onClick={() => reject.mutate(block, { onSuccess: onClose })}>
            {t('waiting.reject')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
