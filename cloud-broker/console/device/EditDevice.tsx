import { Button, Group, Stack, TagsInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { devicePatch } from '../../../protocol/api.ts';
import type { Device, DevicePatch } from '../../../protocol/api.ts';
import { useAllowed } from '../session/Session.tsx';
import { submitting } from '../parts/Form.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { useEdit } from '../fleet/changes.ts';

const MAX_TAGS = 32;
const MAX_CHARACTERS = 64;

/** Edits label and tags. An untouched field keeps showing the service's value, even while the form is open. */
export function EditDevice({ device }: { device: Device }) {
  const { t } = useWords();
  const { change } = useAllowed();
  const [label, setLabel] = useState<string | null>(null);
  const [tags, setTags] = useState<string[] | null>(null);
  const edit = useEdit(device);
  const patch: DevicePatch = {
    ...(label === null || label.trim() === device.label ? {} : { label: label.trim() }),
    ...(tags === null ? {} : { tags: tags.map((tag) => tag.trim()) }),
  };
  const touched = Object.keys(patch).length > 0;
  const checked = devicePatch.safeParse(patch);
  const wrong = (field: string): boolean =>
    touched && !checked.success && checked.error.issues.some((issue) => issue.path[0] === field);
  const forget = (): void => {
    setLabel(null);
    setTags(null);
  };
  const submit = (): void => {
    if (checked.success) edit.mutate(checked.data, { onSuccess: forget });
  };
  return (
    // Focus skips the tags, whose list would open and take the next Escape.
    <Stack component="form" gap="sm" onSubmit={submitting(submit)} data-landing tabIndex={-1}>
      <TextInput
        label={t('column.label')}
        value={label ?? device.label}
        maxLength={MAX_CHARACTERS}
        readOnly={!change}
        error={wrong('label') ? t('edit.labelWrong') : null}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
      <TagsInput
        label={t('column.tags')}
        description={t('edit.tagsHint')}
        value={tags ?? device.tags}
        maxTags={MAX_TAGS}
        maxLength={MAX_CHARACTERS}
        readOnly={!change}
        error={wrong('tags') ? t('edit.tagsWrong') : null}
        onChange={setTags}
      />
      <Refused error={edit.error} />
      {touched ? (
        <Group gap="xs">
          <Button type="submit" disabled={!change || !checked.success} loading={edit.isPending}>
            {t('edit.save')}
          </Button>
          <Button variant="default" onClick={forget}>
            {t('cancel')}
          </Button>
        </Group>
      ) : null}
    </Stack>
  );
}
