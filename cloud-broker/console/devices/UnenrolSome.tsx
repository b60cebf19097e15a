import { Text } from '@mantine/core';
import { Confirm } from '../parts/Dialog.tsx';
import { useWords } from '../words/words.ts';
import { useUnenrolSome } from './bulk.ts';
import { useUndo } from '../fleet/Undo.tsx';

interface Props {
  ids: readonly string[];
  opened: boolean;
  onClose: () => void;
  onDone: () => void;
}

/** One dialog states the loss for all of them (principle 8): this cannot be undone. */
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
    <Confirm
      title={t('bulk.unenrolTitle', { count: ids.length, n: formats.number(ids.length) })}
      opened={opened}
      onClose={onClose}
      action={t('unenrol.open')}
      look={{ color: 'red' }}
      attempt={unenrol}
      onConfirm={start}
    >
      <Text>{t('bulk.unenrolText')}</Text>
      <Text>{t('bulk.unenrolTakes')}</Text>
      <Text>{t('bulk.unenrolBack')}</Text>
    </Confirm>
  );
}
