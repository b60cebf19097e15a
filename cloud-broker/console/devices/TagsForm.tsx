import { Modal } from '@mantine/core';
import { later } from '../parts/later.tsx';
import { useWords } from '../words/words.ts';
import type { Aim } from './bulk.ts';

const TagsFields = later(async () => (await import('./TagsFields.tsx')).TagsFields);

/** Adds tags to devices and takes others away; the outcome is said, and can be taken back for 10 seconds. */
export function TagsForm({ aim, title, onClose }: { aim: Aim | null; title: string; onClose: () => void }) {
  const { t } = useWords();
  return (
    <Modal opened={aim !== null} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      {aim === null ? null : <TagsFields aim={aim} onClose={onClose} />}
    </Modal>
  );
}
