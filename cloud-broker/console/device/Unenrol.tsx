import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { Device } from '../../../protocol/api.ts';
import { devicesView } from '../app/address.ts';
import { useAddress } from '../app/Address.tsx';
import { useAllowed } from '../session/Session.tsx';
import { careful, Confirm } from '../parts/Dialog.tsx';
import { useWords } from '../words/words.ts';
import { useUnenrol } from '../fleet/changes.ts';

/** Ends a device's enrolment. The dialog says what is lost and what is kept (E9). */
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
      <Button {...careful} disabled={!remove} onClick={() => setAsking(true)}>
        {t('unenrol.open')}
      </Button>
      <Confirm
        title={t('unenrol.title', { label: device.label })}
        opened={asking}
        onClose={() => setAsking(false)}
        action={t('unenrol.open')}
        look={{ color: 'red' }}
        attempt={unenrol}
        onConfirm={() => unenrol.mutate(undefined, { onSuccess: done })}
      >
        <Text>{t('unenrol.text')}</Text>
        {(device.credits?.granted ?? 0) > 0 ? <Text>{t('unenrol.takesAlong')}</Text> : null}
        <Text>{t('unenrol.back')}</Text>
      </Confirm>
    </div>
  );
}
