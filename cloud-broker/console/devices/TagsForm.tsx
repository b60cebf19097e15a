import { Dialog } from '../parts/Dialog.tsx';
import { later } from '../parts/later.tsx';
import type { Aim } from './bulk.ts';

const TagsFields = later(async () => (await import('./TagsFields.tsx')).TagsFields);

/** Adds and removes tags on devices. The outcome is shown and can be undone for 10 seconds. */
export function TagsForm({ aim, title, onClose }: { aim: Aim | null; title: string; onClose: () => void }) {
  return (
    <Dialog title={title} opened={aim !== null} onClose={onClose}>
      {aim === null ? null : <TagsFields aim={aim} onClose={onClose} />}
    </Dialog>
  );
}
