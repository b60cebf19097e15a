import { Button, TagsInput } from '@mantine/core';
import { useState } from 'react';
import { Form } from '../parts/Form.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { undoTags, useTags } from './bulk.ts';
import type { Aim, TagsChanged } from './bulk.ts';
import { useUndo } from '../fleet/Undo.tsx';

const MAX_TAGS = 8;
const MAX_CHARACTERS = 64;

/** The tags to add and remove. */
export function TagsFields({ aim, onClose }: { aim: Aim; onClose: () => void }) {
  const { t, formats } = useWords();
  const [add, setAdd] = useState<string[]>([]);
  const [remove, setRemove] = useState<string[]>([]);
  const offer = useUndo();
  const tags = useTags();
  const done = (made: TagsChanged): void => {
    const parts = [
      t('bulk.changed', { count: made.changed, n: formats.number(made.changed) }),
      ...(made.unchanged > 0 ? [t('bulk.unchanged', { count: made.unchanged, n: formats.number(made.unchanged) })] : []),
      ...(made.refused > 0 ? [t('bulk.refused', { count: made.refused, n: formats.number(made.refused) })] : []),
    ];
    offer({ text: parts.join(' · '), undo: made.undoable && made.changed > 0 ? () => undoTags(made) : null });
    onClose();
  };
  const submit = (): void =>
    tags.mutate({ aim, add: trimmed(add), remove: trimmed(remove).filter((tag) => !add.includes(tag)) }, { onSuccess: done });
  return (
    <Form onSubmit={submit}>
      <TagsInput
        label={t('bulk.add')}
        maxTags={MAX_TAGS}
        maxLength={MAX_CHARACTERS}
        value={add}
        onChange={setAdd}
        data-autofocus
      />
      <TagsInput label={t('bulk.remove')} maxTags={MAX_TAGS} maxLength={MAX_CHARACTERS} value={remove} onChange={setRemove} />
      <Refused error={tags.error} />
      <Button type="submit" loading={tags.isPending} disabled={add.length + remove.length === 0}>
        {t('bulk.apply')}
      </Button>
    </Form>
  );
}

const trimmed = (tags: readonly string[]): string[] => [...new Set(tags.map((tag) => tag.trim()))].filter((tag) => tag !== '');
