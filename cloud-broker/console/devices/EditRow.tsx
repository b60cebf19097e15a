import { Button, Group, TagsInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import { devicePatch } from '../../../protocol/api.ts';
import type { Device, DevicePatch } from '../../../protocol/api.ts';
import { submitting } from '../parts/Form.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { useEdit } from '../fleet/changes.ts';

const MAX_TAGS = 32;
const MAX_CHARACTERS = 64;

/** Edits label and tags in the row itself (F2): Enter saves, Escape cancels, and a change can be undone for 10 seconds. */
export function EditRow({ device, onClose }: { device: Device; onClose: () => void }) {
  const { t } = useWords();
  const [label, setLabel] = useState(device.label);
  const [tags, setTags] = useState(device.tags);
  const edit = useEdit(device);
  const patch: DevicePatch = { label: label.trim(), tags: tags.map((tag) => tag.trim()) };
  const checked = devicePatch.safeParse(patch);
  const submit = (): void => {
    if (!checked.success) return;
    if (JSON.stringify(checked.data) === JSON.stringify({ label: device.label, tags: device.tags })) return onClose();
    edit.mutate(checked.data, { onSuccess: onClose });
  };
  const leave = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    onClose();
  };
  return (
    <form className="rc-edit-row" onSubmit={submitting(submit)} onKeyDown={leave}>
      <TextInput
        size="xs"
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- somebody has just asked for this field
        autoFocus
        aria-label={t('column.label')}
        value={label}
        maxLength={MAX_CHARACTERS}
        error={!checked.success}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
      <TagsInput
        size="xs"
        aria-label={t('column.tags')}
        value={tags}
        maxTags={MAX_TAGS}
        maxLength={MAX_CHARACTERS}
        onChange={setTags}
      />
      <Group gap="xs">
        <Button size="compact-xs" type="submit" disabled={!checked.success} loading={edit.isPending}>
          {t('edit.save')}
        </Button>
        <Button size="compact-xs" variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
      </Group>
      <Refused error={edit.error} />
    </form>
  );
}
