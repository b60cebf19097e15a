import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Device } from '../../../protocol/api.ts';
import { devicesView } from '../app/address.ts';
import { useAddress } from '../app/Address.tsx';
import { useAllowed } from '../app/Session.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { useUnenrol } from '../devices/changes.ts';

/** Ends a device's enrolment; the dialog says what is lost and what stays (E9). */
export function Unenrol({ device }: { device: Device }) {
  const { t } = useWords();
  const { view, close } = useAddress();
  const { remove } = useAllowed();
  const [asking, setAsking] = useState(false);
  const unenrol = useUnenrol(device.id);
  const done = (): void => {
    setAsking(false);
    close(devicesView(view.page === 'devices' ? view.filter : undefined));
  };
  return (
    <div>
      <Button variant="default" className="rc-danger" disabled={!remove} onClick={() => setAsking(true)}>
        {t('unenrol.open')}
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('unenrol.title', { label: device.label })}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <Stack gap="md">
          <Text>{t('unenrol.text')}</Text>
          {(device.credits?.granted ?? 0) > 0 ? <Text>{t('unenrol.takesAlong')}</Text> : null}
          <Text>{t('unenrol.back')}</Text>
          {unenrol.isError ? <Refused error={unenrol.error} /> : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => setAsking(false)}>
              {t('cancel')}
            </Button>
            <Button color="red" loading={unenrol.isPending} onClick={() => unenrol.mutate(undefined, { onSuccess: done })}>
              {t('unenrol.open')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </div>
  );
}
