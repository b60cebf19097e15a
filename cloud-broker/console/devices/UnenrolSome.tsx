import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { useUnenrolSome } from './bulk.ts';
import { useUndo } from './Undo.tsx';

interface Props {
  ids: readonly string[];
  opened: boolean;
  onClose: () => void;
  onDone: () => void;
}

/** One dialog names the loss of all of them (principle 8): this cannot be undone. */
export function UnenrolSome({ ids, opened, onClose, onDone }: Props) {
  const { t, formats } = useWords();
  const unenrol = useUnenrolSome();
  const say = useUndo();
  const start = (): void =>
    unenrol.mutate(ids, {
      onSuccess: ({ unenrolled, refused }) => {
        const failed = refused > 0 ? ` · ${t('bulk.refused', { count: refused, n: formats.number(refused) })}` : '';
        say({ text: t('bulk.unenrolled', { count: unenrolled, n: formats.number(unenrolled) }) + failed, undo: null });
        onDone();
      },
    });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('bulk.unenrolTitle', { count: ids.length, n: formats.number(ids.length) })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack gap="md">
        <Text>{t('bulk.unenrolText')}</Text>
        <Text>{t('bulk.unenrolTakes')}</Text>
        <Text>{t('bulk.unenrolBack')}</Text>
        {unenrol.isError ? <Refused error={unenrol.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button color="red" loading={unenrol.isPending} onClick={start}>
            {t('unenrol.open')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
