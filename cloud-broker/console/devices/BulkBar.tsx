import { Button, Group } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useAllowed } from '../session/Session.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { useCommands } from './bulk.ts';
import { askedWords, asks } from '../fleet/commands.ts';
import { Outcome } from './Outcome.tsx';
import type { Selection } from './selection.ts';
import { TagsForm } from './TagsForm.tsx';
import { UnenrolSome } from './UnenrolSome.tsx';

/** Actions on the selected devices, and their outcome (principle 7). */
export function BulkBar({ selection }: { selection: Selection }) {
  const { t, formats } = useWords();
  const { change, remove } = useAllowed();
  const [open, setOpen] = useState<'tags' | 'unenrol' | null>(null);
  const command = useCommands();
  const ids = useMemo(() => [...selection.ids], [selection.ids]);
  const selected = t('select.count', { count: ids.length, n: formats.number(ids.length) });
  const shut = (): void => setOpen(null);
  return (
    <Group gap="xs" className="rc-to-all rc-bulk" role="group" aria-label={t('bulk.title')}>
      <b aria-live="polite">{selected}</b>
      {asks.map((name) => (
        <Button
          key={name}
          variant="default"
          size="xs"
          disabled={!change}
          loading={command.isPending && command.variables.name === name}
          onClick={() => command.mutate({ name, aim: { ids } })}
        >
          {t(askedWords[name])}
        </Button>
      ))}
      <Button variant="default" size="xs" disabled={!change} onClick={() => setOpen('tags')}>
        {t('bulk.tags')}
      </Button>
      <Button variant="default" size="xs" className="rc-danger" disabled={!remove} onClick={() => setOpen('unenrol')}>
        {t('bulk.unenrol')}
      </Button>
      <Button variant="subtle" size="xs" onClick={selection.clear}>
        {t('select.clear')}
      </Button>
      <Refused error={command.error} />
      {command.data === undefined ? null : <Outcome made={command.data} />}
      <TagsForm aim={open === 'tags' ? { ids } : null} title={selected} onClose={shut} />
      <UnenrolSome
        ids={ids}
        opened={open === 'unenrol'}
        onClose={shut}
        onDone={() => {
          shut();
          selection.clear();
        }}
      />
    </Group>
  );
}
